# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .drain_case import DrainCase


@tagged("post_install", "-at_install")
class TestMetricsPage(DrainCase, HttpCase):
    """What a monitoring system reads, and who is let in."""

    def setUp(self):
        super().setUp()
        self.access = self.env["hub.metrics.access"].create({})
        self.token = self.access.action_renew()["context"]["default_token"]

    def get(self, token=None, path=""):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.url_open(f"/hub/metrics{path}", headers=headers)

    def figures(self):
        """Return {name of a figure with its labels: value}."""
        body = self.get(self.token).text
        lines = [row for row in body.splitlines() if row and not row.startswith("#")]
        return dict(re.fullmatch(r"(.*) (\S+)", row).groups() for row in lines)

    def mine(self, name, figures, **labels):
        """Return the values of a figure that have the flow's labels and these."""
        wanted = {"backend": self.backend.name, **labels}
        parts = [f'{key}="{value}"' for key, value in wanted.items()]
        return [
            float(value)
            for key, value in figures.items()
            if key.startswith(f"{name}{{") and all(part in key for part in parts)
        ]

    def test_nothing_is_told_without_the_token(self):
        for token in (None, "", "wrong", self.token[:-1], self.token + "x"):
            answer = self.get(token)
            self.assertEqual(answer.status_code, 401, token)
            self.assertNotIn("hub_", answer.text)
        self.assertEqual(self.get(self.token).status_code, 200)
        named = self.get(self.token, f"/{self.env.cr.dbname}")
        self.assertEqual(named.status_code, 200)

    def test_renewed_token_ends_the_one_before(self):
        self.access.action_renew()
        self.assertEqual(self.get(self.token).status_code, 401)
        self.access.action_close()
        self.assertEqual(self.get(self.token).status_code, 404)

    def test_only_a_digest_of_the_token_is_stored(self):
        parameters = self.env["ir.config_parameter"].search([])
        self.assertNotIn(self.token, parameters.mapped("value"))
        digest = hashlib.sha256(self.token.encode()).hexdigest()
        self.assertIn(digest, parameters.mapped("value"))

    def test_only_administrators_make_tokens(self):
        # a manager of one company must not read those of others
        manager = new_test_user(
            self.env, "one", groups="connector_hub.group_hub_manager"
        )
        for action in ("action_renew", "action_close"):
            with self.assertRaises(AccessError):
                getattr(self.access.with_user(manager), action)()
        self.assertEqual(self.get(self.token).status_code, 200)

    def test_flows_are_told(self):
        self.place(1)
        self.place(2, total="99.99")
        self.bring_in()
        self.place(3)
        self.poll(self.order_flow)
        figures = self.figures()
        flow = {"flow": self.order_flow.code, "direction": "in"}
        self.assertEqual(self.mine("hub_messages_waiting", figures, **flow), [1])
        (seconds,) = self.mine("hub_oldest_waiting_seconds", figures, **flow)
        self.assertGreaterEqual(seconds, 0)
        stuck = self.mine("hub_messages_stuck", figures, **flow, state="failed")
        self.assertEqual(stuck, [1])
        self.assertEqual(self.mine("hub_flow_running", figures, **flow), [1])
        self.assertEqual(self.mine("hub_backend_connected", figures), [1])
        category = self.exceptions(self.backend).category
        opened = self.mine("hub_exceptions_open", figures, category=category)
        self.assertEqual(opened, [1])

    def count(self, *rows):
        """Have counted (hours ago, class of lag, sum of lags, messages)."""
        now = fields.Datetime.now()
        self.env["hub.metric.mark"].create({"counted_to": now})
        values = {
            "flow_id": self.order_flow.id,
            "backend_id": self.backend.id,
            "company_id": self.company.id,
            "seconds": 300,
            "outcome": "done",
        }
        self.env["hub.metric"].create(
            [
                {
                    **values,
                    "started_at": now - timedelta(hours=ago),
                    "lag_class": lag_class,
                    "lag_seconds": seconds,
                    "count": count,
                }
                for ago, lag_class, seconds, count in rows
            ]
        )

    def test_counters_and_lags_grow_by_complete_intervals(self):
        # people are at work on the last one
        self.count((3, 2, 9.0, 3), (2, 13, 1e6, 1), (0, 0, 0.5, 50))
        figures = self.figures()
        flow = {"flow": self.order_flow.code}
        total = self.mine("hub_messages_settled_total", figures, **flow)
        self.assertEqual(total, [4])
        lag = "hub_message_lag_seconds"
        for bound, count in (("2.0", 0), ("5.0", 3), ("86400.0", 3), ("+Inf", 4)):
            found = self.mine(f"{lag}_bucket", figures, **flow, le=bound)
            self.assertEqual(found, [count], bound)
        self.assertEqual(self.mine(f"{lag}_count", figures, **flow), [4])
        self.assertEqual(self.mine(f"{lag}_sum", figures, **flow), [1000009.0])
