# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class SaleOrder(models.Model):
    """Changes of the store beside the confirmed order."""

    _inherit = "sale.order"

    hub_edit_ids = fields.One2many("hub.order.edit", "order_id", readonly=True)
    hub_is_changed = fields.Boolean(
        "Changed in the Store", compute="_compute_hub_is_changed", compute_sudo=True
    )

    @api.depends("hub_edit_ids.state")
    def _compute_hub_is_changed(self):
        for order in self:
            order.hub_is_changed = bool(order._hub_open_edit())

    def action_open_hub_edit(self):
        """Open the store's change beside this order."""
        return self._hub_open_edit()._get_records_action()

    def _hub_open_edit(self):
        return self.hub_edit_ids.filtered(lambda edit: edit.state == "open")[:1]

    # === BUSINESS METHODS ===#

    @api.private
    def hub_edit_obstacles(self):
        """Return why a change of the store cannot be taken over without asking.

        :return: texts, each with what is left to do by hand
        """
        self.ensure_one()
        return [*self.hub_done_deliveries(), *self.hub_live_invoices(), *self._locks()]

    @api.private
    def hub_done_deliveries(self):
        """Return a text if something was delivered and has not come back."""
        if not any(line.qty_delivered for line in self.order_line):
            return []
        done = self.picking_ids.filtered(lambda picking: picking.state == "done")
        return [
            self.env._(
                "Goods were delivered (%s): return them, or deliver what is missing.",
                ", ".join(done.mapped("name")) or "-",
            )
        ]

    @api.private
    def hub_live_invoices(self):
        """Return a text if something is invoiced and not credited."""
        moves = self.sudo().invoice_ids.filtered(lambda move: move.state != "cancel")
        if not any(line.qty_invoiced for line in self.sudo().order_line):
            return []
        return [
            self.env._(
                "It is invoiced (%s): credit or invoice the difference.",
                ", ".join(moves.mapped(lambda m: m.name or self.env._("draft"))),
            )
        ]

    def _locks(self):
        if not self.locked:
            return []
        return [self.env._("%s is locked: unlock it first.", self.name)]
