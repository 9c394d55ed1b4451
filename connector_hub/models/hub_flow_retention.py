# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import api, fields, models

from ..documents import DOCUMENTS, DocumentKind

#: seconds of deletion after which the scheduler is asked to call again
TIME_BUDGET = 8


class HubFlow(models.Model):
    """How long what was processed is kept."""

    _inherit = "hub.flow"

    payload_days = fields.Integer(
        "Keep Payloads (Days)",
        default=90,
        help="Contents are deleted so many days after their message was settled."
        " What still waits, or waits for a person, is kept. 0: keep for ever.",
    )
    attempt_days = fields.Integer(
        "Keep Attempts (Days)",
        default=90,
        help="The same for the record of each try: request, response, outcome.",
    )
    message_days = fields.Integer(
        "Keep Messages (Days)",
        default=365,
        help="Messages are deleted so many days after they were settled; the number"
        " of them is kept. Never those that wait, are stuck, or belong to an open"
        " exception. 0: keep for ever.",
    )
    total_ids = fields.One2many("hub.total", "flow_id", "Deleted after Their Time")

    _retention = models.Constraint(
        "CHECK(payload_days >= 0 AND attempt_days >= 0 AND message_days >= 0)",
        "A number of days to keep something cannot be negative.",
    )

    def _has_events(self):
        """Return whether every message has an effect of its own (see DocumentKind)."""
        self.ensure_one()
        document = DOCUMENTS.get(self.document)
        return document is not None and document.kind is DocumentKind.EVENT

    @api.model
    def _cron_vacuum(self):
        """Delete what is older than its flow keeps; come again if time was too short.

        Also of flows that are paused: what is kept is a promise.
        """
        flows = self.with_context(active_test=False).search([])
        deadline = time.monotonic() + TIME_BUDGET
        deleted, finished = self.env["hub.vacuum"].run(flows, deadline)
        self.env["ir.cron"]._commit_progress(deleted, remaining=0 if finished else 1)
        return deleted
