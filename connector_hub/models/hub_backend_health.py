# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubBackend(models.Model):
    """How a backend fares."""

    _inherit = "hub.backend"

    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    done_today_count = fields.Integer("Done (24 h)", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    exception_count = fields.Integer("Open Exceptions", compute="_compute_counts")
    last_success_at = fields.Datetime("Last Success", compute="_compute_counts")
    health = fields.Selection(
        [
            ("draft", "Not Connected"),
            ("ok", "Healthy"),
            ("working", "Working"),
            ("act", "Needs Action"),
            ("paused", "Paused"),
        ],
        compute="_compute_counts",
    )

    def _compute_counts(self):
        figures = self.env["hub.message"]._figures_by_backend(self.ids)
        opened = dict(
            self.env["hub.exception"]._read_group(
                [("backend_id", "in", self.ids), ("state", "in", ("open", "ack"))],
                ["backend_id"],
                ["__count"],
            )
        )
        for backend in self:
            row = figures.get(backend.id, {})
            backend.waiting_count = row.get("waiting", 0)
            backend.done_today_count = row.get("done", 0)
            backend.failed_count = row.get("failed", 0)
            backend.last_success_at = row.get("last_success")
            backend.exception_count = opened.get(backend, 0)
            backend.health = backend._health()

    def _health(self):
        if self.state != "connected":
            return self.state
        if self.exception_count:
            return "act"
        return "working" if self.waiting_count else "ok"
