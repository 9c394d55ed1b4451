# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prices of Odoo in a Shopify store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import Operation, Push, Pushed, Safety
from odoo.addons.connector_hub.exceptions import HubError, NotFound

from ..const import MAX_PAGE
from .catalogue_push import is_for_the_store
from .catalogue_push import send as send_catalogues
from .user_errors import refusal

#: products whose prices go in one call; ``prices.graphql`` has so many places
PRODUCTS_PER_CALL = 10
BATCH_SIZE = 100
#: variants looked up at once
PARENTS_AT_ONCE = 200
#: what Shopify says of a variant that is another product's
MISPLACED = frozenset({"MUST_BE_FOR_THIS_PRODUCT", "PRODUCT_VARIANT_DOES_NOT_EXIST"})


class ShopifyPriceSender(Component):
    """Many variants of many products per call; each one's outcome by itself."""

    _name = "hub.shopify.sender.price"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.price"

    def operations(self) -> dict[str, Operation]:
        """Return how prices are set: the same call again has no second effect."""
        name = "productVariantsBulkUpdate"
        return {"update": Operation(name, Safety.KEYED, batch_size=BATCH_SIZE)}

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Set the store's own prices, then those of its catalogues."""
        own = [push for push in pushes if is_for_the_store(push)]
        results = {push.record: Pushed(push.remote_id) for push in pushes}
        results.update(self._push_own(own))
        good = [push for push in pushes if not results[push.record].error]
        try:
            refused = send_catalogues(self.client, good)
        except HubError as error:
            # what the store's own prices are was told: the same again does no harm
            refused = {p.record: error for p in good if p.payload["lists"]}
        for record, reason in refused.items():
            results[record] = Pushed(error=reason)
        return results

    def _push_own(self, pushes: Sequence[Push]) -> dict[str, Pushed]:
        known = {push.record: push.payload.get("product") or "" for push in pushes}
        lost = [push for push in pushes if not known[push.record]]
        results = self._push_by(self._parents(lost, known), pushes)
        # a product may have been linked twice: ask the store where they belong
        misplaced = [
            push
            for push in pushes
            if push not in lost and _is_misplaced(results[push.record])
        ]
        if misplaced:
            parents = self._parents(misplaced, {})
            results.update(self._push_by(parents, misplaced))
        return results

    def _parents(self, pushes: Sequence[Push], known: dict[str, str]) -> dict[str, str]:
        """Return {record: product id}, with those of ``pushes`` as the store says."""
        found = dict(known)
        for start in range(0, len(pushes), PARENTS_AT_ONCE):
            part = pushes[start : start + PARENTS_AT_ONCE]
            ids = [push.remote_id for push in part]
            nodes = self.client.query("variant_parents", ids=ids)["nodes"]
            products = {n["id"]: n["product"]["id"] for n in nodes if n and n.get("id")}
            found.update({p.record: products.get(p.remote_id, "") for p in part})
        return found

    def _push_by(
        self, parents: dict[str, str], pushes: Sequence[Push]
    ) -> dict[str, Pushed]:
        """Send pushes by product, several products per call."""
        families: dict[str, list[Push]] = {}
        results: dict[str, Pushed] = {}
        for push in pushes:
            if parents[push.record]:
                families.setdefault(parents[push.record], []).append(push)
            else:
                results[push.record] = Pushed(error=_unknown(push))
        for call in _calls(families):
            try:
                results.update(self._call(call))
            except HubError as error:
                # of this call alone: the ones before it happened
                for _product, part in call:
                    results.update({p.record: Pushed(error=error) for p in part})
        return results

    def _call(self, call: list[tuple[str, list[Push]]]) -> dict[str, Pushed]:
        variables: dict[str, Any] = {}
        for place in range(PRODUCTS_PER_CALL):
            product, part = call[place] if place < len(call) else ("", [])
            variables[f"p{place}"] = product
            variables[f"v{place}"] = [push.payload["input"] for push in part]
            variables[f"on{place}"] = bool(part)
        data = self.client.execute("prices", variables)
        results = {}
        for place, (_product, part) in enumerate(call):
            results.update(_outcomes(part, data[f"m{place}"]))
        return results


def _calls(
    families: dict[str, list[Push]],
) -> Iterator[list[tuple[str, list[Push]]]]:
    """Yield what goes in one call: [(product id, pushes)]."""
    parts = [
        (product, rows[start : start + MAX_PAGE])
        for product, rows in families.items()
        for start in range(0, len(rows), MAX_PAGE)
    ]
    for start in range(0, len(parts), PRODUCTS_PER_CALL):
        yield parts[start : start + PRODUCTS_PER_CALL]


def _outcomes(part: list[Push], answer: dict[str, Any]) -> dict[str, Pushed]:
    """Read which variants were refused; an error without a place is about all."""
    by_place: dict[int, list[dict[str, Any]]] = {}
    for error in answer["userErrors"]:
        path = error["field"] or []
        if len(path) < 2 or path[0] != "variants" or not str(path[1]).isdigit():
            refused = refusal(answer["userErrors"], _name(part[0]), "productId")
            return {push.record: Pushed(error=refused) for push in part}
        by_place.setdefault(int(path[1]), []).append(error)
    return {
        push.record: Pushed(error=refusal(by_place[place], _name(push)))
        if place in by_place
        else Pushed(push.remote_id)
        for place, push in enumerate(part)
    }


def _is_misplaced(result: Pushed) -> bool:
    return result.error is not None and (
        result.error.code in MISPLACED or isinstance(result.error, NotFound)
    )


def _unknown(push: Push) -> NotFound:
    return NotFound(
        f"{_name(push)} does not exist in Shopify any more.",
        title="Variants whose price is to be changed are gone in Shopify.",
        remedy="Have the product read again, then skip the message.",
        code="not_found",
    )


def _name(push: Push) -> str:
    sku = push.payload.get("sku")
    return f"the price of {sku or push.remote_id}"
