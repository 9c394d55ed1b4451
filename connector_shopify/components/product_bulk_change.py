# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Large updates of a catalogue: many products by one or two bulk operations.

A bulk operation does one kind of mutation, and a product's own fields and those of its
variants are told by two. Each file has a row for every product of the call, so that the
place of a product in the call is its line in both; who has no news there is only named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import Operation, Probed, Push, Pushed
from odoo.addons.connector_hub.documents import field_of
from odoo.addons.connector_hub.exceptions import (
    HubError,
    RateLimited,
    Rejected,
    Unavailable,
)

from ..const import MAX_PAGE
from .bulk import UNFINISHED
from .bulk_write import BulkWriter, age_of, by_call, claim_places
from .product_bulk import at_once
from .product_change import is_structural, product_changes, variant_updates
from .product_later import LATER
from .user_errors import raise_refused

Node = dict[str, Any]

#: seconds for what no bulk operation does; what is left then comes next time
REST_SECONDS = 15.0


@dataclass(frozen=True)
class Kind:
    """What one of the operations tells.

    ``about``: the input field that names the product. ``news``: what a product has to
    be told, empty when nothing; ``row``: the variables for that.
    """

    name: str
    field: str
    about: str
    text: str
    news: Callable[[Push], Any]
    row: Callable[[Push, Any], Node]


KINDS = (
    Kind(
        "Fields",
        "productUpdate",
        "id",
        "mutation {name}($product: ProductUpdateInput!) {{"
        " productUpdate(product: $product) {{"
        " product {{ id }} userErrors {{ field message }} }} }}",
        lambda push: product_changes(push.payload, push.changed),
        lambda push, news: {"product": {"id": push.remote_id, **news}},
    ),
    Kind(
        "Variants",
        "productVariantsBulkUpdate",
        "productId",
        "mutation {name}($id: ID!, $variants: [ProductVariantsBulkInput!]!) {{"
        " productVariantsBulkUpdate(productId: $id, variants: $variants) {{"
        " product {{ id }} userErrors {{ field message code }} }} }}",
        lambda push: variant_updates(push.payload, push.changed),
        lambda push, news: {"id": push.remote_id, "variants": news or _named(push)},
    ),
)


class ShopifyProductBulkChange(Component):
    _inherit = "hub.shopify.sender.product"

    def operations(self) -> dict[str, Operation]:
        """Also return how many products at once are changed."""
        return at_once(super().operations(), "update")

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Change many products by bulk operations, and all else one by one."""
        call, _place = pushes[0].place
        if action != "update" or not call:
            found: dict[str, Pushed] = super().push(action, pushes)
            return found
        plain = [push for push in pushes if _is_plain(push)]
        seen = self._tell(call, pushes, plain)
        told = {push.record: _pushed(push, seen) for push in plain}
        rest = [push for push in pushes if not _is_plain(push)]
        return {**told, **_one_by_one(rest, partial(super().push, action))}

    def _tell(
        self, call: str, pushes: Sequence[Push], plain: list[Push]
    ) -> dict[str, Any]:
        """Begin the operations that are needed; return {kind: see :func:`_read`}."""
        begun: dict[str, tuple[BulkWriter, Node]] = {}
        kinds = [kind for kind in KINDS if any(kind.news(push) for push in plain)]
        if kinds:
            claim_places(self.client, len(kinds))
        for kind in kinds:
            writer = self._change_writer(kind, call)
            try:
                # what is not plain is but named, its news are told otherwise
                rows = [
                    kind.row(push, kind.news(push) if _is_plain(push) else {})
                    for push in pushes
                ]
                begun[kind.name] = writer, writer.start(rows)
            except HubError as error:
                if not begun:
                    raise
                # the other one goes on: what became of whom has to be looked up
                raise Unavailable(error.message, code="bulk_unseen") from error
        seen: dict[str, Any] = {}
        for name, (writer, started) in begun.items():
            operation = writer.finished(started)
            seen[name] = _read(writer, operation or started, plain)
        return seen

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look up the operations that products were in, and what these have done."""
        if action != "update":
            found: dict[str, Probed] = super().probe(action, pushes)
            return found
        found = {}
        for call, rows in by_call(pushes).items():
            seen = {}
            for kind in KINDS:
                if not any(kind.news(push) for push in rows):
                    continue
                writer = self._change_writer(kind, call)
                operation = writer.find(age_of(rows))
                if operation:
                    seen[kind.name] = _read(writer, operation, rows)
            found.update({push.record: _probed(push, seen) for push in rows})
        return found

    def _change_writer(self, kind: Kind, call: str) -> BulkWriter:
        name = f"{kind.name}_{call}"
        return BulkWriter(self.client, kind.text.format(name=name), name)


def _one_by_one(
    pushes: Iterable[Push], tell: Callable[[list[Push]], dict[str, Pushed]]
) -> dict[str, Pushed]:
    """Change what takes calls of its own, as far as there is time."""
    deadline = time.monotonic() + REST_SECONDS
    found: dict[str, Pushed] = {}
    for push in pushes:
        try:
            if time.monotonic() > deadline:
                raise RateLimited("Others come first.", seconds=1.0, code="later")
            found.update(tell([push]))
        except HubError as error:
            found[push.record] = Pushed(error=error)
    return found


def _is_plain(push: Push) -> bool:
    """Return whether a product is told its news by setting values and nothing else."""
    return (
        not is_structural(push.payload, push.changed)
        and not any(field_of(path) in LATER for path in push.changed)
        and len(push.payload["variants"]) <= MAX_PAGE
    )


def _named(push: Push) -> list[Node]:
    return [{"id": row["id"]} for row in push.payload["variants"] if row["id"]][:1]


def _read(
    writer: BulkWriter, operation: Node, pushes: Iterable[Push]
) -> dict[int, Node] | None:
    """Return {place: what was answered}; None while Shopify is at work."""
    if operation["status"] in UNFINISHED:
        return None
    places = {push.place[1] for push in pushes}
    return {place: row for place, row in writer.answers(operation) if place in places}


def _pushed(push: Push, seen: dict[str, Any]) -> Pushed:
    """Return what became of a product, by the operations that it was in."""
    for kind in KINDS:
        if not kind.news(push):
            continue
        if seen.get(kind.name) is None:
            error = Unavailable("Shopify is at work on it.", code="bulk_under_way")
            return Pushed(error=error)
        try:
            _check(seen[kind.name].get(push.place[1]), kind, push)
        except HubError as error:
            return Pushed(error=error)
    return Pushed(push.remote_id)


def _probed(push: Push, seen: dict[str, Any]) -> Probed:
    needed = [kind.name for kind in KINDS if kind.news(push)]
    # whatever else is missing: telling it again must not be overtaken by this
    if any(name in seen and seen[name] is None for name in needed):
        return Probed(None, under_way=True)
    if not _is_plain(push) or any(name not in seen for name in needed):
        # it is told once more, which sets the same values
        return Probed(False)
    return Probed(True, result=_pushed(push, seen))


def _check(answer: Node | None, kind: Kind, push: Push) -> None:
    """Raise what a product was refused for, or that nothing was said of it."""
    name = f'the product "{push.payload["product"].get("title") or push.record}"'
    if answer is None:
        raise Unavailable(
            f"The bulk operation ended without {name}.",
            code="bulk_left_out",
            sent=False,
        )
    done = (answer.get("data") or {}).get(kind.field)
    raise_refused(done, name, kind.about)
    if not done:
        errors = answer.get("errors") or [{"message": "no reason was given"}]
        raise Rejected(
            f"Shopify refuses {name}: {errors[0].get('message')}",
            remedy="Correct it in Odoo, then retry.",
            code="bulk_line",
        )
