# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class HubBinding(models.AbstractModel):
    """Where a link leads to: Odoo's record, the record there, and its messages."""

    _inherit = "hub.binding"

    remote_url = fields.Char(
        "Page There",
        compute="_compute_remote_url",
        help="The record's page in the connected system's own pages.",
    )

    @api.depends("backend_id", "external_id")
    def _compute_remote_url(self):
        for binding in self:
            binding.remote_url = binding._remote_url()

    @api.depends("odoo_id", "external_id")
    def _compute_display_name(self):
        """A key says nothing to people: links are called what they link."""
        if self._rec_name != "external_id":
            return super()._compute_display_name()
        for binding in self:
            name = binding.odoo_id.sudo().display_name
            binding.display_name = name or binding.external_id
        return None

    @api.private
    def _remote_url(self):
        """Return the address of the record's page there, False where it has none.

        A hook of connectors, for one record.
        """
        return False

    # === ACTIONS ===#

    def action_open_record(self):
        """Open Odoo's record."""
        self.ensure_one()
        return self.odoo_id._get_records_action()

    def action_open_remote(self):
        """Open the record's page in the connected system."""
        self.ensure_one()
        if not self.remote_url:
            raise UserError(
                self.env._(
                    "%s has no page of its own in the connected system.",
                    self.display_name,
                )
            )
        return {"type": "ir.actions.act_url", "url": self.remote_url, "target": "new"}

    def action_open_messages(self):
        """Open what was received from the record there, and sent to it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        domain = [
            ("flow_id", "in", self.backend_id.flow_ids.ids),
            "|",
            ("external_id", "=", self.external_id),
            "&",
            ("res_model", "=", self.odoo_id._name),
            ("res_id", "=", self.odoo_id.id),
        ]
        return {**action, "domain": domain, "context": {}}
