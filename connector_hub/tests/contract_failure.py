# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a connector does when the remote system, or a record, does not behave."""


class FailureContract:
    """Part of ``ConnectorContract``, which has the hooks."""

    def test_rate_limit_costs_no_attempt_and_waits_as_told(self):
        (external_id,) = self.place(1)
        self.deliver(self.backend, *self.webhook(external_id))
        self.fail_next(429, retry_after=77)
        self.settle()
        message = self.message_of(external_id)
        self.assertEqual((message.state, message.attempts), ("pending", 0))
        self.assertAlmostEqual(self.due_in(message), 77, delta=10)
        self.assertFalse(self.exceptions(self.backend))
        self.let_time_pass(message)
        self.drain(self.order_flow)
        self.assertDone(external_id)
        self.assertEqual(message.attempts, 1)

    def test_server_error_is_retried_later(self):
        (external_id,) = self.place(1)
        self.deliver(self.backend, *self.webhook(external_id))
        self.fail_next(500)
        self.settle()
        message = self.message_of(external_id)
        self.assertEqual((message.state, message.attempts), ("pending", 1))
        self.assertGreater(self.due_in(message), 0)
        self.let_time_pass(message)
        self.drain(self.order_flow)
        self.assertEqual(message.state, "done")

    def test_poll_that_fails_loses_nothing(self):
        self.place(1)
        self.bring_in()
        cursor = self.order_flow.cursor
        (external_id,) = self.place(1)
        self.fail_next(500)
        self.poll(self.order_flow)
        self.assertEqual(self.order_flow.cursor, cursor)
        self.bring_in()
        self.assertDone(external_id)

    def test_expired_token_is_renewed_without_anybody_noticing(self):
        self.place(1)
        self.bring_in()
        self.expire_token()
        (external_id,) = self.place(1)
        self.bring_in()
        self.assertDone(external_id)
        self.assertFalse(self.exceptions(self.backend))

    def test_refused_credentials_pause_the_backend_with_one_exception(self):
        ids = self.place(3)
        for external_id in ids:
            self.deliver(self.backend, *self.webhook(external_id))
        self.refuse_credentials()
        self.settle()
        self.assertEqual(self.backend.state, "paused")
        self.assertTrue(self.backend.state_reason)
        exception = self.exceptions(self.backend)
        self.assertEqual(exception.mapped("category"), ["auth"])
        self.assertTrue(exception.remedy)
        messages = self.messages(self.order_flow)
        self.assertEqual(messages.mapped("state"), ["pending"] * 3)
        self.assertEqual(messages.mapped("attempts"), [0] * 3)
        self.refuse_credentials(False)
        self.let_time_pass(messages)
        self.backend.action_resume()
        self.settle()
        self.assertDone(*ids)

    def test_poll_with_refused_credentials_pauses_the_backend(self):
        self.place(1)
        self.refuse_credentials()
        self.poll(self.order_flow)
        self.assertEqual(self.backend.state, "paused")
        self.assertEqual(self.exceptions(self.backend).mapped("category"), ["auth"])

    def test_poison_record_is_isolated_and_the_others_commit(self):
        ids = self.place(4)
        self.break_record(ids[1])
        self.bring_in()
        self.assertEqual(self.message_of(ids[1]).state, "failed")
        self.assertFalse(self.odoo_order(ids[1]))
        self.assertDone(*(gid for gid in ids if gid != ids[1]))
        exception = self.exceptions(self.backend)
        self.assertEqual(len(exception), 1)
        self.assertTrue(exception.explanation and exception.remedy)

    def test_repaired_record_is_taken_up_by_retry_and_resolves(self):
        (external_id,) = self.place(1)
        self.break_record(external_id)
        self.bring_in()
        self.repair_record(external_id)
        exception = self.exceptions(self.backend)
        exception.action_retry()
        self.settle()
        self.assertDone(external_id)
        self.assertEqual(exception.state, "resolved")

    def test_paused_backend_keeps_what_arrives(self):
        (external_id,) = self.place(1)
        self.backend.action_pause()
        answer = self.deliver(self.backend, *self.webhook(external_id))
        self.settle()
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.message_of(external_id).state, "pending")
        self.backend.action_resume()
        self.settle()
        self.assertDone(external_id)
