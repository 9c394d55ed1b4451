# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, fields, models

from ..exceptions import HubError


class HubBackend(models.Model):
    """What people do with a backend."""

    _inherit = "hub.backend"

    def action_test_connection(self):
        """Ask the remote system who we are and what we may do; store the verdict.

        :return: True when everything the active flows need is granted
        """
        self.ensure_one()
        self.check_access("write")
        facts = {}
        try:
            adapter = self.with_user(SUPERUSER_ID).adapter()
            verdict = adapter.check_connection()
            self.sudo().note_api_versions(adapter, apart=False)
            passed, facts = verdict.passed, verdict.facts
            text = "\n".join(verdict.lines)
        except HubError as error:
            passed = False
            text = error.text
        self.sudo().write(
            {
                **facts,
                "verdict": text,
                "verdict_ok": passed,
                "verdict_at": fields.Datetime.now(),
            }
        )
        return passed

    def action_connect(self):
        """Test, subscribe to notifications, and start the chosen flows.

        :return: True; a notification with the verdict when the test failed, which
            leaves the backend as it is
        """
        for backend in self:
            if not backend.action_test_connection():
                return backend._tell_verdict()
            backend.sudo().write({"state": "connected", "state_reason": False})
            backend._subscribe()
            backend.flow_ids.filtered("chosen")._start()
        return True

    def _tell_verdict(self):
        # told, not raised: an error would undo the verdict as well
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger",
                "sticky": True,
                "title": self.env._("%s cannot be connected", self.name),
                "message": self.verdict,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_resume(self):
        """Start again after a pause; waiting messages are taken up at once."""
        self.check_operator()
        self.sudo().write({"state": "connected", "state_reason": False})
        self.flow_ids._wake_due()
        return True
