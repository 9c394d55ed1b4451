# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is read of the products of a store besides, where a rule has chosen it."""

from __future__ import annotations

from functools import partial
from typing import Any

from odoo.addons.component.core import Component

from . import product_more

#: field of the document: what is read for it
CHOSEN = {"image": "product_pictures", "variants.image": "variant_pictures"}
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

    def _chosen_of_products(self) -> product_more.Wanted:
        flow = self.backend_record.sudo().flow_ids.filtered(
            lambda flow: flow.document == "product" and flow.direction == "in"
        )[:1]
        if not flow:
            return product_more.Wanted()
        ownership = flow._ownership()
        return product_more.Wanted(
            **{
                name: ownership.has_rule(path) and ownership.owner(path) in THEIRS
                for path, name in CHOSEN.items()
            }
        )
