# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What every connector promises, as tests a connector inherits.

    class TestContract(ConnectorContract, HubHttpCase):
        def setUp(self): ...    # start the simulator, call super
        def place(self, count): ...

The hooks below are all a connector writes; ``remote`` is the system, simulated in
this process but reached over HTTP.
"""

from odoo import fields

from .contract_failure import FailureContract
from .contract_safety import SafetyContract


class ConnectorContract(FailureContract, SafetyContract):
    """Behaviour when all is well, and the hooks."""

    #: more orders than the remote returns in one page
    more_than_a_page = 5

    # === HOOKS ===#

    def make_contract_backend(self):
        """Return a connected backend whose flows run."""
        raise NotImplementedError

    def place(self, count):
        """Create orders in the remote system; return their external ids."""
        raise NotImplementedError

    def touch(self, external_id):
        """Let the remote say "changed" although nothing is different."""
        raise NotImplementedError

    def change(self, external_id):
        """Change something that Odoo takes over, and that keeps the total."""
        raise NotImplementedError

    def break_record(self, external_id):
        """Make a record one that cannot be booked."""
        raise NotImplementedError

    def repair_record(self, external_id):
        """Undo :meth:`break_record`."""
        raise NotImplementedError

    def webhook(self, external_id):
        """Return (headers, body) of a signed webhook about the present state."""
        raise NotImplementedError

    def sign(self, body):
        """Return the headers with which the remote sends ``body``."""
        raise NotImplementedError

    def total(self, external_id):
        """Return what the buyer of an order owes, as Decimal."""
        raise NotImplementedError

    def fail_next(self, status, times=1, retry_after=None):
        """Let the next requests for data answer ``status``."""
        raise NotImplementedError

    def expire_token(self):
        """Make the access token invalid; a new one can be had."""
        raise NotImplementedError

    def refuse_credentials(self, refused=True):
        """Refuse token and credentials alike, or accept them again."""
        raise NotImplementedError

    def secrets(self):
        """Return the texts nobody may ever read."""
        raise NotImplementedError

    # === SET-UP AND STEPS ===#

    def setUp(self):
        super().setUp()
        self.backend = self.make_contract_backend()
        self.order_flow = self.flow(self.backend)

    def bring_in(self):
        """Poll the orders and process everything."""
        self.poll(self.order_flow)
        self.settle()

    def odoo_order(self, external_id):
        return self.bound(self.backend, "order", external_id)

    def assertDone(self, *external_ids):
        found = {gid: self.message_of(gid) for gid in external_ids}
        outcome = {gid: (m.state, m.error_message) for gid, m in found.items()}
        self.assertEqual(outcome, {gid: ("done", False) for gid in external_ids})

    def message_of(self, external_id):
        """Return the newest message of a record."""
        return self.messages(self.order_flow, external_id=external_id)[-1:]

    # === ROUND TRIP ===#

    def test_orders_arrive_with_their_exact_totals(self):
        ids = self.place(3)
        self.bring_in()
        self.assertDone(*ids)
        for external_id in ids:
            order = self.odoo_order(external_id)
            digits = order.currency_id.decimal_places
            total = round(float(self.total(external_id)), digits)
            self.assertAlmostEqual(order.amount_total, total, places=digits)

    def test_every_page_is_read(self):
        ids = self.place(self.more_than_a_page)
        self.poll(self.order_flow)
        found = self.messages(self.order_flow).mapped("external_id")
        self.assertEqual(sorted(found), sorted(ids))

    def test_second_poll_brings_what_is_new_only(self):
        self.place(2)
        self.bring_in()
        new = self.place(1)
        self.bring_in()
        messages = self.messages(self.order_flow)
        self.assertEqual(len(messages), 3)
        self.assertEqual(messages[-1].external_id, new[0])

    def test_webhook_is_a_hint_and_brings_the_record(self):
        (external_id,) = self.place(1)
        answer = self.deliver(self.backend, *self.webhook(external_id))
        self.assertEqual(answer.status_code, 200)
        self.settle()
        self.assertDone(external_id)
        self.assertTrue(self.odoo_order(external_id))

    # === ONCE AND IN ORDER ===#

    def test_duplicate_delivery_has_one_effect(self):
        (external_id,) = self.place(1)
        delivery = self.webhook(external_id)
        for _time in range(3):
            self.assertEqual(self.deliver(self.backend, *delivery).status_code, 200)
        self.settle()
        self.assertEqual(self.states(self.order_flow), ["done"])
        orders = self.env["sale.order"].search(
            [("origin", "=like", f"{self.backend.name} %")]
        )
        self.assertEqual(len(orders), 1)

    def test_webhook_and_poll_of_one_change_have_one_effect(self):
        (external_id,) = self.place(1)
        self.deliver(self.backend, *self.webhook(external_id))
        self.bring_in()
        self.assertEqual(sorted(self.states(self.order_flow)), ["done", "superseded"])

    def test_older_change_that_arrives_late_is_superseded(self):
        (external_id,) = self.place(1)
        late = self.webhook(external_id)
        self.change(external_id)
        self.bring_in()
        order = self.odoo_order(external_id)
        before = self.row_version(order)
        self.deliver(self.backend, *late)
        self.settle()
        self.assertEqual(self.message_of(external_id).state, "superseded")
        self.assertEqual(self.row_version(order), before)

    def test_change_is_applied(self):
        (external_id,) = self.place(1)
        self.bring_in()
        order = self.odoo_order(external_id)
        before = self.row_version(order)
        self.change(external_id)
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done", "done"])
        self.assertNotEqual(self.row_version(order), before)
        self.assertEqual(self.odoo_order(external_id), order)

    def test_repetition_without_change_writes_nothing(self):
        (external_id,) = self.place(1)
        self.bring_in()
        order = self.odoo_order(external_id)
        before = [self.row_version(row) for row in (order, *order.order_line)]
        self.touch(external_id)
        self.bring_in()
        self.assertEqual(self.message_of(external_id).state, "unchanged")
        after = [self.row_version(row) for row in (order, *order.order_line)]
        self.assertEqual(after, before)

    def test_replay_of_a_settled_message_changes_nothing(self):
        (external_id,) = self.place(1)
        self.bring_in()
        order = self.odoo_order(external_id)
        lines = order.order_line.ids
        self.message_of(external_id).action_retry()
        self.settle()
        self.assertEqual(self.message_of(external_id).state, "done")
        self.assertEqual(self.odoo_order(external_id).order_line.ids, lines)

    def due_in(self, message):
        """Return the seconds until the next try."""
        return (message.next_attempt_at - fields.Datetime.now()).total_seconds()
