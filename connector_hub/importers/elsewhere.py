# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ImporterBase(models.AbstractModel):
    """Records that several connected systems share: what one drops, others keep."""

    _inherit = "hub.importer.base"

    @api.private
    def in_use_elsewhere(self, backend, records):
        """Return the ids of those records that are there in another backend as well.

        Putting one away would put it away in all of them.
        """
        found = set()
        kinds = self.env.registry.descendants(["hub.binding"], "_inherit")
        for name in sorted(kinds) if records else ():
            links = self.env[name].sudo()
            if links._abstract or (
                links._fields["odoo_id"].comodel_name != records._name
            ):
                continue
            rows = links.search_fetch(
                [
                    ("odoo_id", "in", records.ids),
                    ("backend_id", "!=", backend.id),
                    ("deleted_at", "=", False),
                ],
                ["odoo_id"],
            )
            found.update(rows.odoo_id.ids)
        return found
