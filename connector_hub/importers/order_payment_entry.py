# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ImporterOrderPaymentEntry(models.AbstractModel):
    """Payments with journal entries, without which they settle nothing."""

    _name = "hub.importer.order.payment.entry"
    _description = "Entries of Order Payments"

    @api.private
    def enter(self, values):
        """Create and post payments, in the order of their values.

        With an accounting app Odoo makes no entry where the journal's payment method
        names no outstanding account, and invoices could not be settled with it.
        """
        lines = self.env["account.payment.method.line"]
        ids = {}
        for bare in (True, False):
            places = [
                place
                for place, row in enumerate(values)
                if bare
                is not bool(
                    lines.browse(row["payment_method_line_id"]).payment_account_id
                )
            ]
            made = self.env["account.payment"]
            made = made.with_context(force_payment_move=bare).create(
                [values[place] for place in places]
            )
            ids.update(zip(places, made.ids, strict=True))
        payments = self.env["account.payment"].browse(ids[n] for n in sorted(ids))
        payments.action_post()
        return payments
