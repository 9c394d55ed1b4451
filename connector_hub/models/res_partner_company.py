# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ResPartner(models.Model):
    """Changes of companies that show in none of their own fields."""

    _inherit = "res.partner"

    def write(self, vals):
        left = self.browse()
        if "parent_id" in vals and self.env["hub.flow"]._listeners(self._name):
            left = self.parent_id
        result = super().write(vals)
        if left:
            self.env["hub.dirty"].mark(left, {"child_ids"})
        return result

    def unlink(self):
        # links are deleted with the record: its ids there must be noted before
        dirty = self.env["hub.dirty"]
        for entity in ("company_contact", "company_location", "company"):
            dirty.mark_deleted(self, entity)
        return super().unlink()

    @api.private
    def _hub_reference(self):
        """Return the number that connected systems know a company or branch by."""
        self.ensure_one()
        return self.ref or f"odoo-{self.id}"
