# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockPicking(models.Model):
    """Several transfers may be one shipment of a connected system.

    The first of them is linked with it; the others name the first.
    """

    _inherit = "stock.picking"

    hub_shipped_with_id = fields.Many2one(
        "stock.picking",
        "Shipped With",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="This transfer delivers part of a shipment, and this one the first part.",
    )
    hub_shipped_along_ids = fields.One2many(
        "stock.picking", "hub_shipped_with_id", "Shipped Along", readonly=True
    )
    hub_done_at = fields.Datetime(
        "Completed in Odoo",
        copy=False,
        readonly=True,
        help="When Odoo completed it, if another date of transfer was set since.",
    )

    def write(self, vals):
        if "date_done" in vals:
            self._hub_keep_done_at()
        return super().write(vals)

    def _hub_keep_done_at(self):
        """Transfers that build on each other go on counting in their order."""
        for picking in self:
            if picking.state == "done" and picking.date_done:
                picking.hub_done_at = picking.hub_done_at or picking.date_done
