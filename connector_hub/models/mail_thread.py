# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.batch import batch_of

#: what a note consists of; anything else is a message, which is sent at once
NOTE = {"body", "message_type", "subtype_id", "subtype_xmlid"}


class MailThread(models.AbstractModel):
    """What a batch of records says in the chatter is written in one go.

    Nobody follows new orders, transfers, and invoices: their notes, such as "created
    from", need no look-up of whom to notify.
    """

    _inherit = "mail.thread"

    def message_post(self, *args, **kwargs):
        batch = batch_of(self.env.cr)
        if batch and self and not args and self._is_note(kwargs):
            batch.note(self, kwargs["body"])
            return self.env["mail.message"]
        return super().message_post(*args, **kwargs)

    def _is_note(self, values):
        note = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        return (
            bool(values.get("body"))
            and values.keys() <= NOTE
            and values.get("message_type", "notification") == "notification"
            and (values.get("subtype_id") or note) == note
            and values.get("subtype_xmlid", "mail.mt_note") == "mail.mt_note"
        )
