# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from markupsafe import Markup

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import html_escape

from odoo.addons.queue_job.exception import RetryableJobError

from ..exceptions import HubError, TransientError
from ..signed_webhook import deliver

#: seconds between tries to reach a web address, and how many there are
PAUSE, TRIES = 60, 10


class HubAlert(models.Model):
    """Telling people, and other systems, in the ways their rule names."""

    _inherit = "hub.alert"

    def _tell(self, event):
        """Tell that it began or goes on ("firing"), or that it is over ("over").

        Everything is stored in this transaction and sent later: mail by Odoo's queue,
        a web address by a job.
        """
        rule = self.rule_id
        self.told_at = fields.Datetime.now()
        title = self.name
        if event == "over":
            title = self.env._("Over: %s", self.name)
        if event == "firing":
            self._give_activities(rule.user_ids)
        if rule.email:
            self._mail(rule, title)
        if rule.channel_id:
            body = Markup('<a href="%s">%s</a>') % (self._url(), title)
            rule.channel_id.sudo().message_post(body=body, message_type="comment")
        if rule.webhook_url:
            self._enqueue_webhook(event)

    def _give_activities(self, users):
        kind = "mail.mail_activity_data_warning"
        has = self.activity_ids.user_id
        for user in users - has:
            self.activity_schedule(kind, summary=self.name[:100], user_id=user.id)

    def _mail(self, rule, title):
        body = Markup("<p>%s</p><p><a href='%s'>%s</a></p>") % (
            title,
            self._url(),
            self.env._("Open it in Odoo"),
        )
        self.env["mail.mail"].sudo().create(
            {
                "subject": title[:200],
                "body_html": body,
                "email_to": rule.email,
                "auto_delete": True,
            }
        )

    def _url(self):
        return html_escape(f"{self.get_base_url()}/odoo/hub.alert/{self.id}")

    # === WEB ADDRESSES ===#

    def _enqueue_webhook(self, event):
        delivery = f"{self.id}-{event}-{int(self.told_at.timestamp())}"
        self.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub.default",
            identity_key=f"hub.alert.{delivery}",
            max_retries=TRIES,
            description=self.env._("Alert: %s", self.name),
        )._post_webhook(event, delivery)

    def _post_webhook(self, event, delivery):
        """Job: tell the rule's web address; again later when it was not reached."""
        rule = self.rule_id
        if not rule.webhook_url:
            return "The rule names no address any more."
        body = json.dumps(self._message(event), sort_keys=True).encode()
        try:
            deliver(
                rule.webhook_url,
                rule.webhook_secret or "",
                delivery,
                body,
                allow_loopback=rule._allows_loopback(),
            )
        except TransientError as error:
            raise RetryableJobError(error.text, seconds=PAUSE) from error
        except HubError as error:
            self.message_post(body=self.env._("Could not be told: %s", error.text))
            return error.text
        return "Told."

    def _message(self, event):
        """Return what another system is told: stable names, no personal data."""
        return {
            "event": event,
            "alert": self.id,
            "kind": self.rule_id.kind,
            "rule": self.rule_id.name,
            "text": self.name,
            "value": self.value,
            "threshold": self.rule_id.threshold,
            "backend": self.backend_id.name,
            "flow": self.flow_id.code or None,
            "started_at": fields.Datetime.to_string(self.started_at),
            "ended_at": fields.Datetime.to_string(self.ended_at) or None,
        }
