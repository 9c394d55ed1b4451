# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

import psycopg2

from odoo.tools import mute_logger

from odoo.addons.connector_hub.controllers import webhook as webhook_module

from . import samples
from .common import HubHttpCase


class TestWebhook(HubHttpCase):
    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.backend = self.make_backend(self.remote)
        self.order_flow = self.flow(self.backend)
        self.remote.put("order", samples.payload("order", samples.order(1)))

    def post(self, body=None, document="order", **values):
        if body is None:
            headers, body = self.remote.webhook("order", "O1")
        else:
            headers = self.remote.sign(document, body)
        return self.deliver(self.backend, headers, body, **values)

    def stored(self):
        return self.env["hub.message"].search([("backend_id", "=", self.backend.id)])

    def test_signed_notification_is_stored_and_wakes_its_lane(self):
        answer = self.post()
        self.assertEqual((answer.status_code, answer.text), (200, "ok"))
        message = self.stored()
        self.assertEqual((message.state, message.is_hint), ("pending", True))
        key = f"hub.drain.{self.order_flow.id}.{message.lane}"
        self.assertEqual(self.due_jobs().mapped("identity_key"), [key])

    def test_raw_bytes_are_kept(self):
        headers, body = self.remote.webhook("order", "O1")
        body = body.replace(b"{", b'{ "x": "\\u0000 \xc3\xbc", ')
        self.post(body)
        message = self.stored()
        self.assertEqual(self.env["hub.payload"].newest(message.ids)[message.id], body)

    def test_repeated_delivery_is_acknowledged_and_stored_once(self):
        headers, body = self.remote.webhook("order", "O1")
        for _time in range(3):
            answer = self.deliver(self.backend, headers, body)
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.stored()), 1)

    def test_malformed_content_is_refused_and_kept_for_a_person(self):
        bodies = (
            b"{",
            b"",
            b"[]",
            b"null",
            b'{"id": "O1"}',
            b'{"id": "O1", "version": 5}',
            b"\xff\xfe",
            b"[" * 100_000,
        )
        for body in bodies:
            self.assertEqual(self.post(body).status_code, 400, body[:20])
        messages = self.stored()
        self.assertEqual(messages.mapped("state"), ["quarantined"] * len(bodies))
        self.env["hub.flow"]._cron_sweep()
        self.assertEqual(len(self.exceptions(self.backend)), 1)

    def test_answer_to_malformed_content_says_nothing_about_it(self):
        answer = self.post(b'{"id": "canary')
        self.assertNotIn("canary", answer.text)
        self.assertNotIn("Traceback", answer.text)

    def test_wrong_signature_is_unauthorised(self):
        headers, body = self.remote.webhook("order", "O1")
        headers["X-Fake-Signature"] = "0" * 64
        answer = self.deliver(self.backend, headers, body)
        self.assertEqual(answer.status_code, 401)
        self.assertFalse(self.stored())

    def test_unknown_token_is_not_found_and_tells_nothing(self):
        for token in ("x", "x" * 43, self.backend.sudo().webhook_token + "x"):
            headers, body = self.remote.webhook("order", "O1")
            answer = self.deliver(self.backend, headers, body, token=token)
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn("Imaginary", answer.text)

    def test_address_names_the_database(self):
        url = self.backend.sudo().webhook_url
        name = self.env.cr.dbname
        self.assertTrue(url.endswith(f"/{name}/{self.backend.sudo().webhook_token}"))

    def test_address_without_the_database_is_understood(self):
        headers, body = self.remote.webhook("order", "O1")
        path = f"/hub/webhook/{self.backend.sudo().webhook_token}"
        answer = self.url_open(path, data=body, headers=headers, method="POST")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(len(self.stored()), 1)

    def test_database_that_is_not_there_is_told_as_a_passing_problem(self):
        headers, body = self.remote.webhook("order", "O1")
        path = f"/hub/webhook/elsewhere/{self.backend.sudo().webhook_token}"
        answer = self.url_open(path, data=body, headers=headers, method="POST")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.headers["Retry-After"], "30")
        self.assertFalse(self.stored())

    def test_archived_backend_is_not_found(self):
        self.backend.active = False
        self.env.flush_all()
        self.assertEqual(self.post().status_code, 404)

    def test_huge_body_is_refused(self):
        body = b'{"id": "' + b"x" * webhook_module.MAX_BODY + b'"}'
        self.assertEqual(self.post(body).status_code, 413)
        self.assertFalse(self.stored())

    def test_get_is_not_allowed(self):
        token = self.backend.sudo().webhook_token
        answer = self.url_open(f"/hub/webhook/{token}")
        self.assertEqual(answer.status_code, 405)

    def test_topic_that_concerns_nobody_is_acknowledged(self):
        answer = self.post(b'{"id": "1"}', document="weather")
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.stored())

    def test_stopped_flow_stores_nothing(self):
        self.order_flow.state = "stopped"
        self.env.flush_all()
        self.assertEqual(self.post().status_code, 200)
        self.assertFalse(self.stored())

    def test_paused_flow_stores_for_later(self):
        self.order_flow.state = "paused"
        self.env.flush_all()
        self.assertEqual(self.post().status_code, 200)
        self.assertEqual(self.stored().state, "pending")
        self.assertFalse(self.due_jobs())

    def test_lost_wake_up_does_not_lose_the_notification(self):
        def fail(flow, lanes):
            raise RuntimeError("no queue today")

        with (
            patch.object(type(self.env["hub.flow"]), "_wake", fail),
            mute_logger("odoo.addons.connector_hub.controllers.webhook"),
        ):
            self.assertEqual(self.post().status_code, 200)
        self.assertEqual(self.stored().state, "pending")
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.assertEqual(self.stored().state, "done")

    def test_after_the_first_one_a_webhook_is_one_statement(self):
        self.post()
        headers, body = self.remote.webhook("order", "O1")
        token = self.backend.sudo().webhook_token
        with self.queries() as statements:
            answer = self.deliver(self.backend, headers, body, token=token)
            self.assertEqual(answer.status_code, 200)
        # what Odoo itself asks for each request concerns signals; it need not list
        # the databases
        ours = [text for text in statements if "orm_signaling" not in text]
        self.assertEqual(len(ours), 1, ours)

    def test_changed_settings_are_obeyed_at_once(self):
        self.post()
        headers, body = self.remote.webhook("order", "O1")
        self.backend.fake_secret = "another secret"
        self.env.flush_all()
        self.assertEqual(self.deliver(self.backend, headers, body).status_code, 401)
        self.backend.fake_secret = self.remote.secret
        self.order_flow.priority = 3
        self.env.flush_all()
        self.assertEqual(self.deliver(self.backend, headers, body).status_code, 200)
        self.assertEqual(sorted(self.stored().mapped("priority")), [3, 10])

    def test_database_that_went_away_is_told_as_a_passing_problem(self):
        def fail(*_args, **_options):
            raise psycopg2.OperationalError("server closed the connection")

        with patch.object(type(self.env["hub.message"]), "arrive", fail):
            self.assertEqual(self.post().status_code, 503)
        self.assertFalse(self.stored())

    def test_no_session_is_created(self):
        self.assertNotIn("session_id", self.post().headers.get("Set-Cookie", ""))
