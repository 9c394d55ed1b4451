# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError, ValidationError

from .drain_case import DrainCase


class TestBackend(DrainCase):
    def test_new_backend_offers_its_flows_switched_off(self):
        backend = self.backend.copy({"name": "Second"})
        received = backend.flow_ids.filtered(lambda flow: flow.direction == "in")
        self.assertEqual(received.mapped("document"), ["customer", "product", "order"])
        self.assertEqual(set(backend.flow_ids.mapped("state")), {"stopped"})

    def test_connection_test_tells_what_it_found(self):
        self.assertTrue(self.backend.action_test_connection())
        self.assertIn("Connected as tester", self.backend.verdict)
        self.assertTrue(self.backend.verdict_at)

    def test_failed_connection_test_tells_what_to_do(self):
        self.remote.refuses = True
        self.backend.action_test_connection()
        self.assertFalse(self.backend.verdict_ok)
        self.assertIn("credentials", self.backend.verdict)

    def test_connecting_starts_the_chosen_flows(self):
        backend = self.backend.copy(
            {
                "name": "Second",
                "fake_password": self.remote.password,
                "fake_secret": self.remote.secret,
            }
        )
        self.flow(backend, "product").chosen = False
        backend.action_connect()
        states = dict(
            zip(backend.flow_ids.mapped("document"), backend.flow_ids, strict=True)
        )
        self.assertEqual(backend.state, "connected")
        self.assertEqual(states["order"].state, "running")
        self.assertEqual(states["product"].state, "stopped")

    def test_backend_that_fails_its_test_is_not_connected(self):
        self.backend.state = "draft"
        self.remote.refuses = True
        try:
            self.backend.action_connect()
        except UserError as error:
            self.assertIn("Imaginary", str(error))
        self.assertEqual(self.backend.state, "draft")

    def test_unsafe_address_is_refused(self):
        for url in ("http://example.com", "https://a:b@example.com", "ftp://x"):
            with self.assertRaises(ValidationError):
                self.backend.api_url = url

    def test_local_address_is_refused_in_production(self):
        with self.assertRaises(ValidationError):
            self.backend.environment = "production"

    def test_bot_must_be_allowed_into_the_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.env["res.users"].create({"name": "B", "login": "b"})
        with self.assertRaises(ValidationError):
            self.backend.write({"bot_user_id": user.id, "company_id": other.id})

    def test_shared_bot_is_admitted_to_the_company_of_a_new_backend(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        backend = self.make_backend(self.remote, name="There", company_id=other.id)
        self.assertIn(other, backend.bot_user_id.company_ids)

    def test_health_says_what_is_going_on(self):
        self.assertEqual(self.backend.health, "ok")
        self.place(1, total="99.99")
        self.poll(self.order_flow)
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.health, "working")
        self.drain(self.order_flow)
        self.assertEqual(self.backend.health, "act")
        self.backend.action_pause()
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.health, "paused")

    def test_figures_count_by_outcome(self):
        self.place(1)
        self.place(2, total="99.99")
        self.bring_in()
        self.place(3)
        self.poll(self.order_flow)
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.waiting_count, 1)
        self.assertEqual(self.backend.done_today_count, 1)
        self.assertEqual(self.backend.failed_count, 1)
        self.assertTrue(self.backend.last_success_at)

    def test_order_knows_its_messages(self):
        self.place(1)
        self.bring_in()
        order = self.sale_order()
        self.assertEqual(order.hub_message_count, 1)
        action = order.action_open_hub_messages()
        found = self.env["hub.message"].search(action["domain"])
        self.assertEqual(found, self.message())

    def test_deleted_backend_takes_everything_along(self):
        self.place(1)
        self.place(2, total="99.99")
        self.bring_in()
        order = self.sale_order()
        self.backend.unlink()
        self.assertTrue(order.exists())
        for model in ("hub.message", "hub.payload", "hub.exception", "hub.fake.order"):
            self.assertFalse(self.env[model].search([]), model)
