# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Products of Odoo in a Shopify store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import Operation, Push, Pushed, Safety
from odoo.addons.connector_hub.documents import flat, version_key
from odoo.addons.connector_hub.exceptions import NotFound, Rejected

from ..const import MAX_PAGE
from .pages import Reader
from .product_change import (
    GONE,
    is_structural,
    new_options,
    option_renames,
    plan_variants,
    product_changes,
    real_options_of,
    variant_ids,
    variant_updates,
)
from .product_later import later, send_rest
from .product_mapper import ShopifyProductMapper
from .product_payload import (
    Payload,
    option_inputs,
    option_values,
    product_input,
    variant_input,
)
from .times import parse_time
from .user_errors import raise_refused

#: the metafield that says which record of Odoo a product was made from; it belongs to
#: the app, so that nobody else changes it
NAMESPACE, KEY = "$app:odoo", "record"
LAST_VARIANT = "CANNOT_DELETE_LAST_VARIANT"


class ShopifyProductSender(Component):
    """One product per call.

    A creation is an upsert by a unique metafield, and everything else sets values, so
    the same call has no second effect. Lists are never set as a whole on a product
    that exists: productSet deletes what such a list leaves out.
    """

    _name = "hub.shopify.sender.product"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.product"

    def operations(self) -> dict[str, Operation]:
        """Return how products are created, changed, put away and deleted."""
        return {
            "create": Operation("productSet", Safety.KEYED),
            "update": Operation("productUpdate", Safety.KEYED),
            "archive": Operation("productUpdate", Safety.KEYED),
            "delete": Operation("productDelete", Safety.KEYED),
        }

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Send one product after the other; see ``hub.adapter``."""
        perform = {
            "create": self._create,
            "update": self._update,
            "archive": self._archive,
            "delete": self._delete,
        }[action]
        return {push.record: perform(push) for push in pushes}

    # === CREATE ===#

    def _create(self, push: Push) -> Pushed:
        self._define_identity()
        values = {**self._creation(push), "lines": MAX_PAGE}
        data = self.client.execute("product_set", values)
        raise_refused(data["productSet"], _name(push))
        node = data["productSet"]["product"]
        if node["variants"]["pageInfo"]["hasNextPage"]:
            node = self._read(node["id"])
        return later(push, told(node, push.payload))

    def _creation(self, push: Push) -> Payload:
        """Return the variables of the upsert that creates a product."""
        payload = push.payload
        value = f"{payload.get('source', '')}:{push.record}"
        identity = {"namespace": NAMESPACE, "key": KEY, "value": value}
        return {
            "identifier": {"customId": identity},
            "input": {
                **product_input(payload),
                "productOptions": option_inputs(payload.get("options") or []),
                "variants": _new_variants(payload),
                # without its type, or Shopify takes it for another one
                "metafields": [identity],
            },
        }

    def _define_identity(self) -> None:
        """Have the store know the metafield that a creation is keyed by."""
        if getattr(self, "_is_defined", False):
            return
        definition = {
            "namespace": NAMESPACE,
            "key": KEY,
            "name": "Record in Odoo",
            "ownerType": "PRODUCT",
            "type": "id",
        }
        data = self.client.execute("product_definition", {"definition": definition})
        answer = data["metafieldDefinitionCreate"]
        if any(error["code"] != "TAKEN" for error in answer["userErrors"]):
            raise_refused(answer, "the metafield definition that products need")
        self._is_defined = True

    # === UPDATE ===#

    def _update(self, push: Push) -> Pushed:
        payload, changed = push.payload, push.changed
        news = product_changes(payload, changed)
        if not is_structural(payload, changed):
            self._set(push, news, variant_updates(payload, changed))
            return Pushed(push.remote_id, pictures=send_rest(self.client, push))
        node = self._fit_options(push, self._read(push.remote_id))
        plan = plan_variants(payload, changed, node)
        self._set(push, news, plan.updates)
        for part in _parts(plan.created):
            values = {"id": push.remote_id, "variants": part}
            data = self.client.execute("variants_create", values)
            raise_refused(data["productVariantsBulkCreate"], _name(push), "productId")
        if plan.deleted:
            self._drop(push, push.remote_id, plan.deleted)
        node = self._read(push.remote_id)
        return later(push, told(node, payload, plan.deleted))

    def _set(self, push: Push, product: Payload, variants: list[Payload]) -> None:
        """Change fields of the product and of variants, in as few calls as it takes."""
        parts = _parts(variants) or ([[]] if product else [])
        for place, part in enumerate(parts):
            with_product = bool(product) and place == 0
            values = {
                "id": push.remote_id,
                "product": {"id": push.remote_id, **(product if with_product else {})},
                "variants": part,
                "withProduct": with_product,
                "withVariants": bool(part),
            }
            data = self.client.execute("product_change", values)
            for name in ("productUpdate", "productVariantsBulkUpdate"):
                field = "id" if name == "productUpdate" else "productId"
                raise_refused(data.get(name), _name(push), field)

    def _fit_options(self, push: Push, node: Payload) -> Payload:
        """Rename options and add new ones; return the product as it is afterwards."""
        payload = push.payload
        if payload.get("options") is None:
            return node
        if len(payload["options"]) < len(real_options_of(node)):
            raise _option_left(push)
        renamed = list(option_renames(payload, node))
        for gid, name in renamed:
            option = {"id": gid, "name": name}
            data = self.client.execute(
                "option_rename", {"id": push.remote_id, "option": option}
            )
            raise_refused(data["productOptionUpdate"], _name(push), "productId")
        added = new_options(payload, node)
        if added:
            data = self.client.execute(
                "options_create", {"id": push.remote_id, "options": added}
            )
            raise_refused(data["productOptionsCreate"], _name(push), "productId")
        return self._read(push.remote_id) if renamed or added else node

    def _drop(self, push: Push, product: str, ids: list[str]) -> None:
        values = {"id": product, "ids": ids}
        data = self.client.execute("variants_delete", values)
        answer = data["productVariantsBulkDelete"]
        codes = {error["code"] for error in answer["userErrors"]}
        if codes != {LAST_VARIANT}:
            # the last one goes with its product
            raise_refused(answer, _name(push), "productId")

    # === DEPARTURE ===#

    def _archive(self, push: Push) -> Pushed:
        if _is_variant(push):
            return self._delete(push)
        self._set(push, {"status": "ARCHIVED"}, [])
        return Pushed(push.remote_id, state={"status": "archived"})

    def _delete(self, push: Push) -> Pushed:
        if _is_variant(push):
            return self._delete_variant(push)
        data = self.client.execute("product_delete", {"id": push.remote_id})
        raise_refused(data["productDelete"], _name(push), "id")
        return Pushed(push.remote_id)

    def _delete_variant(self, push: Push) -> Pushed:
        """Delete a variant; Shopify has no archive for them."""
        data = self.client.query("variant_parents", ids=[push.remote_id])
        for node in filter(None, data["nodes"]):
            self._drop(push, node["product"]["id"], [push.remote_id])
        return Pushed(push.remote_id)

    # === READING ===#

    def _read(self, gid: str) -> Payload:
        found = Reader(self.client, "product").by_id([gid])[gid]
        if isinstance(found, NotFound):
            raise found
        return found


def _new_variants(payload: Payload) -> list[Payload]:
    options = payload.get("options") or []
    return [
        {**variant_input(variant), "optionValues": option_values(variant, options)}
        for variant in payload["variants"]
        if variant["active"]
    ]


def told(node: Payload, payload: Payload, deleted: Sequence[str] = ()) -> Pushed:
    """Return what the store has now of what it was told, and the ids it gave.

    Of what a product has besides, Odoo knows nothing: it is not remembered, or it
    would look as if it had been left out on purpose.
    """
    ids = variant_ids(payload, node)
    ours = set(ids.values())
    nodes = [v for v in node["variants"]["nodes"] if v["id"] in ours]
    document = ShopifyProductMapper.to_document({**node, "variants": {"nodes": nodes}})
    state: dict[str, Any] = {
        path: value
        for path, value in flat(document, only_set=True).items()
        if "[" in path or path == "options"
    }
    state[GONE] = None
    version = parse_time(node["updatedAt"])
    return Pushed(
        node["id"],
        version_key(version) if version else "",
        state=state,
        links={("variant", _number(origin)): gid for origin, gid in ids.items()},
        unlinked=tuple(("variant", gid) for gid in deleted),
    )


def _parts(rows: list[Payload]) -> list[list[Payload]]:
    return [rows[start : start + MAX_PAGE] for start in range(0, len(rows), MAX_PAGE)]


def _number(origin: str) -> int:
    return int(origin.rpartition(",")[2])


def _is_variant(push: Push) -> bool:
    return "/ProductVariant/" in push.remote_id


def _name(push: Push) -> str:
    title = (push.payload.get("product") or {}).get("title")
    return f'the product "{title}"' if title else push.remote_id or push.record


def _option_left(push: Push) -> Rejected:
    return Rejected(
        f"{_name(push)} has options in Shopify that it has not in Odoo, and deleting an"
        " option there deletes variants.",
        remedy="Delete the option in Shopify, or add the attribute in Odoo; then"
        " retry.",
        code="option_left",
        field="options",
    )
