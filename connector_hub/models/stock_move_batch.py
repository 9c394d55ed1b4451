# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..importers.batch import batch_of


class StockMove(models.Model):
    """The moves of a batch ask the reordering rules together, when it is complete."""

    _inherit = "stock.move"

    def _trigger_scheduler(self):
        batch = batch_of(self.env.cr)
        if batch is None:
            return super()._trigger_scheduler()
        batch.move_ids.update(self.ids)
        return None

    def _search_picking_for_assignation(self):
        batch = batch_of(self.env.cr)
        reference = self.reference_ids
        if batch and len(reference) == 1 and reference.id in batch.reference_ids:
            # the first moves of a new order: there is no transfer to find
            batch.reference_ids.remove(reference.id)
            return self.env["stock.picking"]
        return super()._search_picking_for_assignation()

    @api.private
    def _trigger_scheduler_together(self):
        """Ask those reordering rules only that there are."""
        if not self:
            return
        rules = (
            self.env["stock.warehouse.orderpoint"]
            .sudo()
            ._read_group(
                [("product_id", "in", self.product_id.ids), ("trigger", "=", "auto")],
                ["product_id"],
            )
        )
        products = {product.id for (product,) in rules}
        self.filtered(lambda move: move.product_id.id in products)._trigger_scheduler()
