# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is read of the products of a store besides, where a rule has chosen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import Discovered, Group

from . import product_more
from .collection_read import COLLECTION, discovered, group

#: field of the document: what is read for it
CHOSEN = {
    "image": "product_pictures",
    "variants.image": "variant_pictures",
    "collections": "collections",
}
DETAILS = {
    "product.template": "product_details",
    "product.product": "variant_details",
}
THEIRS = ("remote", "both")


class ShopifyProductAdapter(Component):
    _inherit = "hub.shopify.adapter"
    _picture_hosts = frozenset({"cdn.shopify.com"})

    def client(self) -> Any:
        """Also note what the product flow takes."""
        client = super().client()
        if not hasattr(self, "_wanted"):
            self._wanted = self._chosen_of_products()
        return client

    def _reader(self, document: str) -> Any:
        reader = super()._reader(document)
        if document == "product" and self._wanted:
            reader.more = partial(product_more.add, self.client(), self._wanted)
        return reader

    def fetch(
        self,
        document: str,
        external_ids: Sequence[str],
        at_least: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Also take the ids of collections, and say what they hold."""
        if document != "product":
            return super().fetch(document, external_ids, at_least)
        held = [gid for gid in external_ids if gid.startswith(COLLECTION)]
        rest = [gid for gid in external_ids if not gid.startswith(COLLECTION)]
        found: dict[str, Any] = super().fetch(document, rest, at_least)
        client = self.client()
        for gid in held:
            wanted = self._wanted.collections
            found[gid] = group(client, gid) if wanted else Group(gid)
        return found

    def discover(self) -> list[Discovered]:
        """Also return collections and sales channels."""
        return [*super().discover(), *discovered(self.client())]

    def _chosen_of_products(self) -> product_more.Wanted:
        flow = self.backend_record.sudo().flow_ids.filtered(
            lambda flow: flow.document == "product" and flow.direction == "in"
        )[:1]
        if not flow:
            return product_more.Wanted()
        ownership = flow._ownership()
        maps = self.env["hub.field.map"]
        chosen: dict[str, Any] = {
            name: ownership.has_rule(path) and ownership.owner(path) in THEIRS
            for path, name in CHOSEN.items()
        }
        for model, name in DETAILS.items():
            lines = maps.of(flow.backend_id, model, THEIRS)
            chosen[name] = tuple(lines.mapped("remote_name"))
        return product_more.Wanted(**chosen)
