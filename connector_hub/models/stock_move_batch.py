# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import clean_context

from ..importers.batch import batch_of


class StockMove(models.Model):
    """The moves of a batch get their transfers, and ask reordering rules, together."""

    _inherit = "stock.move"

    # === TRANSFERS ===#

    def _action_confirm(self, *args, **kwargs):
        batch = batch_of(self.env.cr)
        if batch:
            batch.product_ids.update(self.product_id.ids)
        if batch and batch.reference_ids:
            self._assign_new_pickings(batch)
        return super()._action_confirm(*args, **kwargs)

    def _assign_new_pickings(self, batch):
        """Create the transfers of new orders, of which there are none to find."""
        new = batch.reference_ids.difference(self._of_kits().reference_ids.ids)
        moves = self.filtered(
            lambda move: (
                move.state == "draft"
                and len(move.reference_ids) == 1
                and move.reference_ids.id in new
                and move._should_be_assigned()
                and move.product_uom.compare(move.product_uom_qty, 0.0) >= 0
            )
        ).with_context(clean_context(self.env.context))
        groups = list(moves.grouped(lambda move: move._key_assign_picking()).values())
        if len(groups) < 2:
            return
        for kind, group in moves.grouped("picking_type_id").items():
            keys = {move._key_assign_picking() for move in group}
            kind.sequence_id.hub_draw(len(keys))
        pickings = self.env["stock.picking"].with_env(moves.env)
        made = pickings.create([group._get_new_picking_values() for group in groups])
        for group, picking in zip(groups, made, strict=True):
            group.write({"picking_id": picking.id})
            group._assign_picking_post_process(new=True)
        batch.reference_ids.difference_update(moves.reference_ids.ids)

    def _of_kits(self):
        """Return the moves that are going to be replaced by those of components."""
        if "is_kits" not in self.product_id._fields:
            return self.browse()
        kits = self.product_id.filtered("is_kits")
        return self.filtered(lambda move: move.product_id in kits)

    def _search_picking_for_assignation(self):
        batch = batch_of(self.env.cr)
        reference = self.reference_ids
        if batch and len(reference) == 1 and reference.id in batch.reference_ids:
            # the first moves of a new order: there is no transfer to find
            batch.reference_ids.remove(reference.id)
            return self.env["stock.picking"]
        return super()._search_picking_for_assignation()

    # === REORDERING ===#

    def _trigger_scheduler(self):
        batch = batch_of(self.env.cr)
        if batch is None:
            return super()._trigger_scheduler()
        batch.move_ids.update(self.ids)
        return None

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
