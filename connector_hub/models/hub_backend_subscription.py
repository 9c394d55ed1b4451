# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, fields, models

from ..exceptions import HubError


class HubBackend(models.Model):
    """Notifications the remote system was asked for: compared, repaired, removed."""

    _inherit = "hub.backend"

    subscription_verdict = fields.Text(
        "Webhooks There", readonly=True, copy=False, help="Result of the last look."
    )
    subscription_ok = fields.Boolean(readonly=True, copy=False)
    subscription_at = fields.Datetime("Looked On", readonly=True, copy=False)
    has_subscriptions = fields.Boolean(compute="_compute_has_subscriptions")

    @api.depends("system")
    def _compute_has_subscriptions(self):
        for backend in self:
            backend.has_subscriptions = bool(
                backend.system and backend._has_subscriptions()
            )

    # === ACTIONS ===#

    def action_check_subscriptions(self):
        """Compare what the remote system notifies us of with what it should."""
        return self._work_on_subscriptions("compare_subscriptions")

    def action_repair_subscriptions(self):
        """Create what is missing, correct what differs, remove what is superfluous."""
        return self._work_on_subscriptions("subscribe")

    def action_remove_subscriptions(self):
        """Have the remote system notify us no more; polling goes on."""
        return self._work_on_subscriptions("unsubscribe")

    # === BUSINESS METHODS ===#

    @api.private
    def subscribed_documents(self):
        """Return the documents whose changes are to be notified."""
        self.ensure_one()
        return set(
            self.sudo()
            .flow_ids.filtered(
                lambda flow: (
                    flow.direction == "in" and (flow.chosen or flow.state != "stopped")
                )
            )
            .mapped("document")
        )

    def _subscribe(self):
        result = super()._subscribe()
        for backend in self.filtered(lambda backend: backend._has_subscriptions()):
            # polling brings everything as well, only later: no reason to stop
            backend._ask_for_subscriptions("subscribe")
            if not backend.subscription_ok:
                backend.sudo().message_post(body=backend.subscription_verdict)
        return result

    def _work_on_subscriptions(self, what):
        self.ensure_one()
        self.check_operator()
        self._ask_for_subscriptions(what)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if self.subscription_ok else "warning",
                "sticky": not self.subscription_ok,
                "title": self.env._("Webhooks of %s", self.name),
                "message": self.subscription_verdict,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _ask_for_subscriptions(self, what):
        """Do something with the subscriptions, and keep what came of it."""
        backend = self.with_user(SUPERUSER_ID)
        try:
            adapter = backend.adapter()
            verdict = getattr(adapter, what)(
                backend.webhook_url, self.subscribed_documents()
            )
            passed, text = verdict.passed, "\n".join(verdict.lines)
        except HubError as error:
            passed, text = False, error.text
        self.sudo().write(
            {
                "subscription_ok": passed,
                "subscription_verdict": text,
                "subscription_at": fields.Datetime.now(),
            }
        )

    # === HOOKS FOR CONNECTORS ===#

    @api.private
    def _has_subscriptions(self):
        """Return whether the adapter can ask for notifications by itself."""
        return False
