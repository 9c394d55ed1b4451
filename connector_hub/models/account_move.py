# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountMove(models.Model):
    """Invoices are noted for outbound flows when their state or payment changes."""

    _inherit = "account.move"

    def write(self, vals):
        # posting, resetting and cancelling all write the state
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result

    def unlink(self):
        # links are deleted with the record: its ids there must be noted before
        self.env["hub.dirty"].mark_deleted(self, "invoice")
        return super().unlink()

    def _compute_payment_state(self):
        result = super()._compute_payment_state()
        if self.env["hub.dirty"].is_watched("account.move", {"payment_state"}):
            posted = self.filtered(lambda move: move.state == "posted")
            self.env["hub.dirty"].mark(posted, {"payment_state"})
        return result
