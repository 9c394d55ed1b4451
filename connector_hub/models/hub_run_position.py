# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubRun(models.Model):
    """Where a backfill goes on whose records come in no order of time."""

    _inherit = "hub.run"

    position = fields.Char(
        readonly=True,
        help="Where the next page begins, as the connected system's file has it.",
    )

    def _placed(self, position):
        """Note where the next page begins; empty: only the cursor tells."""
        if position != (self.position or ""):
            self.position = position

    def _place(self):
        """Return what tells one job of this backfill from the next one."""
        return f"{self.cursor or ''}.{self.position or ''}"
