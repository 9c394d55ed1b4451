# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubTotal(models.Model):
    """How much was deleted after its time: the figures outlive the rows.

    Written in the transaction that deletes, so that what is counted here and what is
    still stored always add up to what was processed.
    """

    _name = "hub.total"
    _description = "Integration Totals"
    _order = "day desc, flow_id, kind"
    _log_access = False

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True)
    day = fields.Date(required=True, help="When it was settled (UTC).")
    kind = fields.Selection(
        [
            ("done", "Messages: Done"),
            ("unchanged", "Messages: Nothing Changed"),
            ("superseded", "Messages: Superseded"),
            ("skipped", "Messages: Skipped"),
            ("payload", "Payloads"),
            ("attempt", "Attempts"),
            ("run", "Runs"),
        ],
        required=True,
    )
    count = fields.Integer("Number", required=True)

    _flow_day_kind_uniq = models.Constraint(
        "UNIQUE(flow_id, day, kind)", "A day has each total once."
    )


class HubSeen(models.Model):
    """What is left of a deleted message that must never take effect again.

    Only of documents that are events: a state that comes again is recognised by its
    binding. About 60 bytes each.
    """

    _name = "hub.seen"
    _description = "Deleted Integration Message"
    _log_access = False

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    digest = fields.Binary(attachment=False, required=True)

    _flow_digest_uniq = models.Constraint(
        "UNIQUE(flow_id, digest)", "A message is remembered once."
    )
