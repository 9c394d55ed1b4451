# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.connector_hub.models.hub_flow_backfill import BACKFILL_PRIORITY

from . import samples
from .drain_case import DrainCase


class TestLaunch(DrainCase):
    """The first synchronisation: what is referred to comes first."""

    def setUp(self):
        super().setUp()
        self.backend.flow_ids.write({"state": "stopped", "cursor": False})
        self.inbound = self.backend.flow_ids.filtered(lambda f: f.direction == "in")
        for number in range(1, 4):
            row = samples.payload("customer", samples.customer(number))
            self.remote.put("customer", row)
            self.place(number, customer=samples.customer(number))

    def launch(self):
        action = self.backend.action_launch()
        launch = self.env["hub.launch"].browse(action["res_id"])
        for step in launch.step_ids:
            step.chosen = step.flow_id in self.inbound
        return launch

    def step(self, launch, document):
        return launch.step_ids.filtered(
            lambda s: s.flow_id.document == document and s.flow_id in self.inbound
        )

    def sweep(self):
        self.env.flush_all()
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.env.invalidate_all()

    # === ORDER ===#

    def test_orders_need_customers_and_products_first(self):
        order = self.flow(self.backend)
        order = order.filtered(lambda flow: flow.direction == "in")
        needed = set(order.depends_on_ids.mapped("code"))
        self.assertEqual(needed, {"customer_in", "product_in"})
        ordered = self.inbound._dependencies_first()
        self.assertEqual(ordered[-1].document, "order")

    def test_flows_cannot_need_each_other(self):
        customer, product = self.inbound[:2]
        customer.depends_on_ids = product
        with self.assertRaises(ValidationError):
            product.depends_on_ids = customer

    def test_a_step_begins_when_those_it_needs_are_processed(self):
        launch = self.launch()
        launch.action_start()
        orders = self.step(launch, "order")
        self.assertEqual(orders.run_id.state, "waiting")
        self.assertEqual(orders.flow_id.state, "stopped")
        customers = self.step(launch, "customer")
        self.assertEqual(customers.run_id.state, "receiving")
        for run in (customers + self.step(launch, "product")).run_id:
            self.perform(run.flow_id, "_backfill", run.id)
        launch._advance()
        self.assertEqual(orders.run_id.state, "waiting", "read is not processed")
        self.assertIn("Customer", orders.waits_for)
        for _round in range(3):
            self.sweep()
        self.assertEqual(launch.state, "done")
        self.assertEqual(
            launch.step_ids.filtered("chosen").mapped("status"), ["done"] * 3
        )
        self.assertTrue(self.sale_order("O3"))

    def test_nothing_is_read_twice(self):
        launch = self.launch()
        launch.action_start()
        for _round in range(4):
            self.sweep()
        self.assertEqual(launch.state, "done")
        for flow in self.inbound:
            self.poll(flow)
        priorities = set(
            self.messages(self.step(launch, "order").flow_id).mapped("priority")
        )
        self.assertEqual(priorities, {10 + BACKFILL_PRIORITY})

    def test_failures_do_not_hold_up_what_comes_after(self):
        self.place(2, total="999.00")
        launch = self.launch()
        launch.action_start()
        for _round in range(3):
            self.sweep()
        orders = self.step(launch, "order")
        self.assertEqual((orders.status, orders.failed_count), ("attention", 1))
        self.assertEqual(orders.exception_count, 1)
        self.assertEqual((launch.state, launch.progress), ("done", 100))

    # === REVIEW ===#

    def test_review_shows_counts_and_what_would_happen(self):
        launch = self.launch()
        launch.action_preview()
        self.settle()
        customers = self.step(launch, "customer")
        self.assertEqual((customers.total_count, customers.would_create_count), (3, 3))
        self.assertEqual(customers.status, "planned")
        self.assertFalse(self.bound(self.backend, "customer", "C1"))

    def test_what_is_not_chosen_is_neither_started_nor_waited_for(self):
        launch = self.launch()
        self.step(launch, "customer").chosen = False
        self.step(launch, "product").chosen = False
        launch.action_start()
        self.assertEqual(self.step(launch, "order").run_id.state, "receiving")
        self.assertFalse(self.step(launch, "customer").run_id)

    def test_backend_is_connected_when_it_was_not(self):
        self.backend.state = "draft"
        self.launch().action_start()
        self.assertEqual(self.backend.state, "connected")

    def test_backend_that_cannot_be_connected_says_why(self):
        self.backend.state = "draft"
        self.remote.refuses = True
        launch = self.launch()
        told = launch.action_start()
        self.assertIn("refused", told["params"]["message"])
        self.assertEqual(launch.state, "draft")

    def test_there_is_one_at_a_time(self):
        launch = self.launch()
        self.assertEqual(self.backend.action_launch()["res_id"], launch.id)
        launch.action_start()
        with self.assertRaises(UserError):
            launch.action_start()

    # === STOP AND GO ===#

    def test_paused_and_resumed(self):
        launch = self.launch()
        launch.action_start()
        launch.action_pause()
        self.sweep()
        self.assertEqual(self.step(launch, "customer").status, "paused")
        self.assertFalse(self.messages(self.step(launch, "customer").flow_id))
        launch.action_resume()
        for _round in range(3):
            self.sweep()
        self.assertEqual(launch.state, "done")

    def test_step_that_could_not_read_is_resumed(self):
        launch = self.launch()
        launch.action_start()
        step = self.step(launch, "customer")
        step.run_id._finish("failed", "The address is wrong.")
        self.sweep()
        self.assertEqual(self.step(launch, "order").status, "waiting")
        launch.action_resume()
        for _round in range(3):
            self.sweep()
        self.assertEqual(launch.state, "done")

    def test_cancelled(self):
        launch = self.launch()
        launch.action_start()
        launch.action_cancel()
        self.sweep()
        self.assertEqual(launch.state, "cancelled")
        self.assertEqual(set(launch.step_ids.run_id.mapped("status")), {"cancelled"})
        self.assertFalse(self.messages(self.step(launch, "customer").flow_id))

    def test_only_operators_start_it(self):
        launch = self.launch()
        user = self.env.ref("base.user_admin").copy({"login": "other"})
        user.group_ids = self.env.ref("connector_hub.group_hub_user")
        for action in ("action_start", "action_pause", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(launch.with_user(user), action)()
