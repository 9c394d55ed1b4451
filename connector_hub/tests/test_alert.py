# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from odoo.addons.queue_job.exception import RetryableJobError

from ..signed_webhook import signature
from .drain_case import DrainCase


class TestAlert(DrainCase):
    """What goes wrong is told once, and that it is over."""

    def setUp(self):
        super().setUp()
        self.watcher = new_test_user(
            self.env, "watcher", groups="connector_hub.group_hub_user"
        )

    def rule(self, kind="backlog", **values):
        return self.env["hub.alert.rule"].create(
            {
                "name": kind,
                "kind": kind,
                "company_id": self.company.id,
                "backend_ids": self.backend.ids,
                "user_ids": self.watcher.ids,
                **values,
            }
        )

    def check(self, rule):
        """Check a rule; return its alerts, newest first."""
        self.env.flush_all()
        self.env.invalidate_all()
        rule._cron_check()
        return rule.alert_ids.sorted("id", reverse=True)

    def wait(self, *numbers):
        """Have orders wait."""
        for number in numbers:
            self.place(number)
        self.poll(self.order_flow)

    def count(self, outcome, count, ago=timedelta(minutes=1)):
        """Have messages counted as settled some time ago."""
        self.env["hub.metric"].create(
            {
                "flow_id": self.order_flow.id,
                "backend_id": self.backend.id,
                "company_id": self.company.id,
                "started_at": fields.Datetime.now() - ago,
                "seconds": 300,
                "outcome": outcome,
                "lag_class": 0,
                "lag_seconds": 1.0,
                "count": count,
            }
        )

    # === WHAT IS FOUND ===#

    def test_backlog_begins_and_ends_an_alert(self):
        rule = self.rule(threshold=1)
        self.wait(1)
        self.assertFalse(self.check(rule))
        self.wait(2)
        alert = self.check(rule)
        self.assertEqual((alert.state, alert.value), ("firing", 2))
        self.assertEqual(alert.flow_id, self.order_flow)
        self.assertEqual(alert.activity_ids.user_id, self.watcher)
        self.drain(self.order_flow)
        self.assertEqual(self.check(rule).state, "over")
        self.assertTrue(alert.ended_at)
        self.assertFalse(alert.activity_ids)

    def test_late_flow(self):
        rule = self.rule("late")
        self.wait(1)
        self.assertFalse(self.check(rule))
        message = self.message()
        message.received_at -= timedelta(minutes=self.order_flow.sla_minutes + 1)
        alert = self.check(rule)
        self.assertIn(f"the SLA is {self.order_flow.sla_minutes}", alert.name)

    def test_share_of_failures(self):
        rule = self.rule("failures", threshold=20)
        self.count("failed", 2)
        self.assertFalse(self.check(rule), "too few to say")
        self.count("done", 18)
        self.assertFalse(self.check(rule))
        self.count("quarantined", 10)
        self.assertAlmostEqual(self.check(rule).value, 40.0)

    def test_failures_of_long_ago_do_not_count(self):
        rule = self.rule("failures", threshold=20, window_minutes=30)
        self.count("failed", 50, timedelta(hours=2))
        self.count("done", 50)
        self.assertFalse(self.check(rule))

    def test_silence(self):
        rule = self.rule("silence", threshold=2)
        self.assertFalse(self.check(rule), "it has never done anything")
        self.count("done", 5, timedelta(hours=3))
        self.assertIn("2 hours", self.check(rule).name)
        self.count("unchanged", 1)
        self.assertEqual(self.check(rule).state, "over")

    def test_open_problems(self):
        rule = self.rule("problems")
        self.place(2, total="99.99")
        self.bring_in()
        alert = self.check(rule)
        self.assertEqual((alert.backend_id, alert.value), (self.backend, 1))
        self.assertFalse(alert.flow_id)

    def test_held_calls(self):
        rule = self.rule("breaker", threshold=5)
        now = fields.Datetime.now()
        limit = self.env["hub.limit"].create(
            {
                "limit_key": self.backend._limit_key(),
                "state": "open",
                "opened_at": now - timedelta(minutes=3),
                "retry_at": now + timedelta(minutes=3),
                "reason": "down",
            }
        )
        self.assertFalse(self.check(rule))
        limit.opened_at -= timedelta(minutes=10)
        self.assertEqual(self.check(rule).backend_id, self.backend)

    def test_paused_systems_and_other_flows_are_left_alone(self):
        rule = self.rule(flow_ids=self.flow(self.backend, "customer").ids)
        self.wait(1)
        self.assertFalse(self.check(rule))
        rule.flow_ids = False
        self.backend.state = "paused"
        self.assertFalse(self.check(rule))

    # === WHO IS TOLD, AND HOW OFTEN ===#

    def mails(self):
        domain = [("email_to", "=", "it@example.com")]
        return self.env["mail.mail"].search(domain, order="id").mapped("subject")

    def test_it_is_told_once_and_its_end_as_well(self):
        rule = self.rule(email="it@example.com")
        self.wait(1)
        self.check(rule)
        self.check(rule)
        self.assertEqual(len(self.mails()), 1)
        self.drain(self.order_flow)
        self.check(rule)
        first, last = self.mails()
        self.assertEqual(last, f"Over: {first}")

    def test_what_comes_back_soon_is_not_told_again_unless_it_stays(self):
        rule = self.rule(email="it@example.com", tell_recovery=False)
        self.wait(1)
        self.check(rule)
        self.drain(self.order_flow)
        self.check(rule)
        self.wait(2)
        alert = self.check(rule)[:1]
        self.assertEqual((alert.state, alert.told_at), ("firing", False))
        self.assertEqual(len(self.mails()), 1)
        alert.started_at -= timedelta(minutes=rule.quiet_minutes + 1)
        self.check(rule)
        self.assertEqual(len(self.mails()), 2)

    def test_what_lasts_is_repeated(self):
        rule = self.rule(email="it@example.com", repeat_hours=2)
        self.wait(1)
        alert = self.check(rule)
        alert.told_at -= timedelta(hours=3)
        self.check(rule)
        self.check(rule)
        self.assertEqual(len(self.mails()), 2)

    def test_a_channel_is_told(self):
        channel = self.env["discuss.channel"].create({"name": "Integration"})
        self.wait(1)
        self.check(self.rule(channel_id=channel.id))
        self.assertIn("1 messages of", channel.message_ids[:1].body)

    # === WEB ADDRESSES ===#

    @contextmanager
    def receiver(self, *statuses):
        """Yield (address, what arrived there); answers with these, then 200."""
        arrived, answers = [], list(statuses)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                arrived.append((dict(self.headers), body))
                self.send_response(answers.pop(0) if answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/alerts", arrived
        finally:
            server.shutdown()
            server.server_close()
            thread.join(10)

    def told(self, rule, **values):
        """Return a new alert of a rule that is told to a web address."""
        rule.write(values)
        self.wait(1)
        return self.check(rule)

    def test_a_web_address_is_told_with_a_signature(self):
        with self.receiver() as (url, arrived):
            rule = self.rule(webhook_url=url)
            alert = self.told(rule)
            self.assertEqual(alert._post_webhook("firing", "d1"), "Told.")
        ((headers, body),) = arrived
        secret = rule.sudo().webhook_secret
        moment = headers["X-Hub-Timestamp"]
        self.assertEqual(
            headers["X-Hub-Signature-256"], signature(secret, moment, body)
        )
        self.assertEqual(headers["X-Hub-Delivery"], "d1")
        content = json.loads(body)
        self.assertEqual((content["event"], content["kind"]), ("firing", "backlog"))
        self.assertEqual(content["flow"], self.order_flow.code)

    def test_a_web_address_that_is_away_is_tried_again(self):
        with self.receiver(503) as (url, arrived):
            alert = self.told(self.rule(webhook_url=url))
            with self.assertRaises(RetryableJobError):
                alert._post_webhook("firing", "d1")
            self.assertEqual(alert._post_webhook("firing", "d1"), "Told.")
        deliveries = {headers["X-Hub-Delivery"] for headers, _body in arrived}
        self.assertEqual((len(arrived), deliveries), (2, {"d1"}))

    def test_a_web_address_that_refuses_is_noted(self):
        with self.receiver(400) as (url, _arrived):
            alert = self.told(self.rule(webhook_url=url))
            alert._post_webhook("firing", "d1")
        self.assertIn("Could not be told", alert.message_ids[:1].body)

    def test_inner_addresses_are_refused_where_it_matters(self):
        self.backend.write(
            {"environment": "production", "api_url": "https://store.example.com"}
        )
        for url in ("http://127.0.0.1/x", "http://example.com/x", "ftp://example.com"):
            with self.assertRaises(ValidationError):
                self.rule(webhook_url=url)

    # === RIGHTS ===#

    def test_managers_make_rules_and_others_read(self):
        rule = self.rule(webhook_url="https://alerts.example.com/hub")
        for role in ("user", "operator", "auditor"):
            user = new_test_user(
                self.env, f"alert-{role}", groups=f"connector_hub.group_hub_{role}"
            )
            mine = rule.with_user(user)
            self.assertTrue(mine.has_access("read"))
            self.assertFalse(mine.has_access("write"))
            with self.assertRaises(AccessError):
                _ = mine.webhook_secret

    def test_who_was_given_an_activity_may_settle_it(self):
        self.wait(1)
        alert = self.check(self.rule())
        alert.activity_ids.with_user(self.watcher).action_feedback()
        self.assertFalse(alert.activity_ids)
