# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL


class HubShopifyVariant(models.Model):
    """The inventory item of a variant: what Shopify keeps its stock under."""

    _inherit = "hub.shopify.variant"

    inventory_item = fields.Char(
        readonly=True, help="What Shopify keeps the stock of the variant under."
    )
    is_tracked = fields.Boolean(
        "Stock Tracked",
        default=True,
        readonly=True,
        help="Whether the store keeps count of it. If it does not, no stock level is"
        " sent.",
    )

    _item_idx = models.Index(
        "(backend_id, inventory_item) WHERE inventory_item IS NOT NULL"
    )

    @api.private
    def note_items(self, backend, rows):
        """Note the inventory items of variants, where that is news.

        :param rows: [(variant id, inventory item id, whether stock is tracked)]
        """
        if not rows:
            return
        self.flush_model()
        variants, items, tracked = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_shopify_variant v
                   SET inventory_item = n.item, is_tracked = n.tracked
                  FROM unnest(%s::text[], %s::text[], %s::bool[])
                       AS n(variant, item, tracked),
                       hub_shopify_variant old
                 WHERE old.id = v.id AND v.backend_id = %s
                   AND v.external_id = n.variant
                   AND (v.inventory_item, v.is_tracked)
                       IS DISTINCT FROM (n.item, n.tracked)
             RETURNING v.odoo_id, n.tracked AND NOT coalesce(old.is_tracked, true)
                """,
                variants,
                items,
                tracked,
                backend.id,
            )
        )
        counted = [odoo_id for odoo_id, begins in self.env.cr.fetchall() if begins]
        self.invalidate_model(["inventory_item", "is_tracked"])
        if counted:
            self._tell_stock(backend, counted)

    def _tell_stock(self, backend, product_ids):
        """Have the stock told of what the store has begun to count."""
        for flow in backend.sudo().flow_ids:
            if (flow.document, flow.direction) == ("stock", "out"):
                self.env["hub.dirty"].mark_flow(flow, "product.product", product_ids)
