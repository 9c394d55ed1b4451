# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubLink(models.TransientModel):
    """One link in a list of several kinds, as people look at a record's links."""

    _name = "hub.link"
    _description = "Link with a Connected System"
    _rec_name = "record_name"

    backend_id = fields.Many2one("hub.backend", readonly=True)
    binding_model = fields.Char(readonly=True)
    binding_id = fields.Many2oneReference(model_field="binding_model", readonly=True)
    kind = fields.Char(readonly=True)
    record_name = fields.Char("Record", readonly=True)
    external_id = fields.Char("Id There", readonly=True)
    remote_url = fields.Char("Page There", readonly=True)
    deleted_at = fields.Datetime("Gone Since", readonly=True)

    @api.private
    def open(self, kinds):
        """Return the action that lists links.

        :param kinds: list of recordsets of links
        """
        links = self.create(
            [
                {
                    "backend_id": link.backend_id.id,
                    "binding_model": link._name,
                    "binding_id": link.id,
                    "kind": self.env["ir.model"]._get(link._name).name,
                    "record_name": link.display_name,
                    "external_id": link.external_id,
                    "remote_url": link.remote_url,
                    "deleted_at": link.deleted_at,
                }
                for found in kinds
                for link in found
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Links"),
            "res_model": self._name,
            "view_mode": "list",
            "domain": [("id", "in", links.ids)],
        }

    def action_open(self):
        """Open the link itself."""
        self.ensure_one()
        return (
            self.env[self.binding_model].browse(self.binding_id)._get_records_action()
        )

    def action_open_remote(self):
        """Open the record's page in the connected system."""
        self.ensure_one()
        return self.env[self.binding_model].browse(self.binding_id).action_open_remote()
