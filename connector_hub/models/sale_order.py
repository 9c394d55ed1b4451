# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    hub_message_count = fields.Integer(
        "Integration Messages",
        compute="_compute_hub_message_count",
        groups="connector_hub.group_hub_user",
    )

    hub_content = fields.Char(
        "Content in the Store",
        readonly=True,
        copy=False,
        help="Short form of what the store last said of the lines.",
    )

    def _compute_hub_message_count(self):
        counts = dict(
            self.env["hub.message"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for order in self:
            order.hub_message_count = counts.get(order.id, 0)

    def action_open_hub_messages(self):
        """Open the integration messages that made or changed this order."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        return {
            **action,
            "domain": [("res_model", "=", self._name), ("res_id", "in", self.ids)],
            "context": {},
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    hub_external_id = fields.Char(
        "Remote Line", readonly=True, copy=False, help="Id of the line in the store."
    )
