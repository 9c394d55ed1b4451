# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .drain_case import DrainCase


class TestDrain(DrainCase):
    def test_polled_order_becomes_a_sale_order(self):
        self.place()
        self.bring_in()
        message = self.message()
        self.assertEqual((message.state, message.attempts), ("done", 1))
        self.assertTrue(message.processed_at)
        order = self.env["sale.order"].browse(message.res_id)
        self.assertEqual(message.res_model, "sale.order")
        self.assertEqual(order.amount_total, 10)
        self.assertEqual(order, self.sale_order())

    def test_complete_payloads_are_not_fetched_again(self):
        self.place()
        self.bring_in()
        self.assertEqual(self.fetches, 0)

    def test_hints_of_one_record_are_fetched_once(self):
        self.place()
        for _time in range(5):
            self.hint("O1")
        self.drain(self.order_flow)
        self.assertEqual(self.fetches, 1)
        self.assertEqual(self.states(self.order_flow), ["superseded"] * 4 + ["done"])

    def test_hints_of_many_records_in_a_lane_are_fetched_in_one_call(self):
        for number in range(1, 31):
            self.hint(self.place(number))
        self.drain(self.order_flow)
        self.assertEqual(set(self.states(self.order_flow)), {"done"})
        self.assertLessEqual(self.fetches, self.order_flow.lane_count)

    def test_hint_keeps_what_was_fetched(self):
        self.place()
        self.hint("O1")
        self.drain(self.order_flow)
        kinds = self.message().payload_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds, ["received", "fetched"])
        self.assertIn('"#1001"', self.message().payload_preview)

    def test_older_state_is_superseded(self):
        early, late = self.remote.now(), self.remote.now()
        self.place(version=late, purchase_order="late")
        self.bring_in()
        order = self.sale_order()
        before = self.row_version(order)
        self.place(version=early, purchase_order="early")
        self.order_flow.cursor = False
        self.bring_in()
        self.assertEqual(self.message().state, "superseded")
        self.assertEqual(self.message().res_id, order.id)
        self.assertEqual(self.row_version(order), before)

    def test_two_edits_within_one_second_are_told_apart_by_content(self):
        moment = self.remote.now()
        self.place(version=moment, purchase_order="one")
        self.bring_in()
        self.place(version=moment, purchase_order="two")
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done", "done"])
        self.assertEqual(self.sale_order().client_order_ref, "two")

    def test_fractions_of_a_second_order_two_edits(self):
        moment = self.remote.now()
        self.place(version=moment.replace(microsecond=2000), purchase_order="new")
        self.bring_in()
        self.place(version=moment.replace(microsecond=1000), purchase_order="old")
        self.bring_in()
        self.assertEqual(self.message().state, "superseded")
        self.assertEqual(self.sale_order().client_order_ref, "new")

    def test_newer_version_without_change_writes_the_binding_only(self):
        self.place()
        self.bring_in()
        order = self.sale_order()
        before = [self.row_version(row) for row in (order, *order.order_line)]
        self.place()
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done", "unchanged"])
        after = [self.row_version(row) for row in (order, *order.order_line)]
        self.assertEqual(after, before)
        binding = self.env["hub.fake.order"].search([("odoo_id", "=", order.id)])
        self.assertEqual(binding.version, self.message().version)

    def test_newest_of_a_batch_is_applied_the_others_are_superseded(self):
        for text in ("one", "two", "three"):
            self.place(purchase_order=text)
            self.poll(self.order_flow)
        self.drain(self.order_flow)
        self.assertEqual(
            self.states(self.order_flow), ["superseded", "superseded", "done"]
        )
        self.assertEqual(self.sale_order().client_order_ref, "three")

    def test_raised_revision_applies_unchanged_records_again(self):
        self.place()
        self.bring_in()
        self.order_flow.revision += 1
        self.place()
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done", "done"])

    def test_retry_fetches_and_applies_although_nothing_changed(self):
        self.place()
        self.bring_in()
        self.message().action_retry()
        self.drain(self.order_flow)
        message = self.message()
        self.assertEqual((message.state, message.forced), ("done", False))
        self.assertEqual(self.fetches, 1)

    def test_skipped_message_is_not_processed(self):
        self.place()
        self.poll(self.order_flow)
        self.message().action_skip()
        self.drain(self.order_flow)
        self.assertEqual(self.message().state, "skipped")
        self.assertFalse(self.sale_order())

    def test_batches_are_no_larger_than_the_flow_says(self):
        self.order_flow.batch_size = 3
        for number in range(1, 25):
            self.place(number)
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done"] * 24)

    def test_urgent_messages_come_first(self):
        self.order_flow.batch_size = 1
        for number in range(1, 25):
            self.place(number)
        self.poll(self.order_flow)
        urgent = self.messages(self.order_flow)[-1]
        urgent.priority = 1
        self.drain(self.order_flow)
        first = self.messages(self.order_flow, lane=urgent.lane).sorted("res_id")[0]
        self.assertEqual(first, urgent)

    def test_stopped_flow_is_left_alone(self):
        self.place()
        self.poll(self.order_flow)
        self.order_flow.action_stop()
        self.drain(self.order_flow)
        self.assertEqual(self.message().state, "pending")

    def test_lane_is_free_after_a_drain(self):
        self.place()
        self.bring_in()
        self.assertFalse(any(self.order_flow.lane_ids.mapped("token")))

    def test_held_lane_is_left_to_its_holder(self):
        self.place()
        self.poll(self.order_flow)
        lane = self.message().lane
        self.env["hub.lane"].lease(self.order_flow.id, lane)
        self.perform(self.order_flow, "_drain", lane)
        self.assertEqual(self.message().state, "pending")

    def test_orders_are_booked_without_mail_or_followers(self):
        self.place()
        self.bring_in()
        self.assertFalse(self.sale_order().message_ids)
        self.assertFalse(self.sale_order().message_follower_ids)
