# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields

from . import samples
from .drain_case import DrainCase


class TestExceptions(DrainCase):
    """Failures are grouped, owned, and end with their cause."""

    def place_taxed(self, numbers, rate="13.37"):
        tax = samples.tax(rate, "1.34", "Moon tax")
        for number in numbers:
            self.place(number, lines=[samples.line(number, taxes=[tax])])

    def map_tax(self, exception):
        (tax, _excluded) = self.make_taxes(13.4)
        tax.price_include_override = "tax_excluded"
        exception.tax_id = tax
        exception.action_map()

    # === GROUPING ===#

    def test_three_hundred_same_failures_are_one_exception(self):
        self.place_taxed(range(1, 301))
        self.bring_in()
        self.assertEqual(set(self.states(self.order_flow)), {"failed"})
        exception = self.exceptions(self.backend)
        self.assertEqual(len(exception), 1)
        self.assertEqual(exception.message_count, 300)
        self.assertEqual(exception.category, "mapping")
        self.assertIn("Moon tax 13.37%", exception.explanation)
        self.assertTrue(exception.remedy)

    def test_amounts_and_names_do_not_split_a_problem(self):
        for number in range(1, 6):
            self.place(number, total=str(20 + number))
        self.bring_in()
        exception = self.exceptions(self.backend)
        self.assertEqual(exception.mapped("category"), ["business"])
        self.assertEqual(exception.message_count, 5)

    def test_different_problems_are_different_exceptions(self):
        self.place_taxed([1])
        self.place_taxed([2], rate="14.44")
        self.place(3, total="99.00")
        self.place(4, currency="XTS")
        self.bring_in()
        self.assertEqual(len(self.exceptions(self.backend)), 4)

    def test_exception_belongs_to_the_owner_of_the_flow(self):
        self.order_flow.technical_owner_id = self.env.ref("base.user_admin")
        self.place_taxed([1])
        self.bring_in()
        exception = self.exceptions(self.backend)
        self.assertEqual(exception.user_id, self.env.ref("base.user_admin"))

    def test_failure_that_heals_by_itself_makes_no_exception(self):
        self.hint(self.place())
        self.remote.fail(503)
        self.drain(self.order_flow)
        self.assertFalse(self.exceptions(self.backend))

    def test_refused_credentials_are_filed_once(self):
        self.remote.refuses = True
        for _time in range(3):
            self.poll(self.order_flow)
            self.backend.state = "connected"
        exception = self.exceptions(self.backend)
        self.assertEqual(exception.mapped("category"), ["auth"])
        self.assertEqual(exception.severity, "critical")

    # === ACTIONS ===#

    def test_mapping_the_value_settles_everything_that_waited_for_it(self):
        self.place_taxed(range(1, 11))
        self.bring_in()
        exception = self.exceptions(self.backend)
        self.map_tax(exception)
        self.settle()
        self.assertEqual(self.states(self.order_flow), ["done"] * 10)
        self.assertEqual(exception.state, "resolved")
        mapping = self.env["hub.mapping"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(mapping.mapped("automatic"), [False])

    def test_retry_without_a_remedy_fails_again_into_the_same_exception(self):
        self.place_taxed([1])
        self.bring_in()
        exception = self.exceptions(self.backend)
        exception.action_retry()
        self.settle()
        self.assertEqual(self.exceptions(self.backend), exception)
        self.assertEqual(exception.state, "open")
        self.assertEqual(self.message().state, "failed")

    def test_last_settled_message_resolves_the_exception(self):
        self.place_taxed([1, 2])
        self.bring_in()
        exception = self.exceptions(self.backend)
        for number, state in ((1, "open"), (2, "resolved")):
            self.place(number)
            self.remote.rows["order"][f"O{number}"]["lines"][0]["taxes"] = []
            self.message(f"O{number}").action_retry()
            self.settle()
            self.assertEqual(exception.state, state)

    def test_problem_that_comes_back_reopens_its_exception(self):
        self.place_taxed([1])
        self.bring_in()
        exception = self.exceptions(self.backend)
        self.message().action_skip()
        self.assertEqual(exception.state, "resolved")
        self.place_taxed([2])
        self.bring_in()
        self.assertEqual(self.exceptions(self.backend), exception)
        self.assertEqual(exception.state, "open")
        self.assertEqual(exception.message_count, 1)

    def test_ignored_problem_stays_ignored(self):
        self.place_taxed([1])
        self.bring_in()
        exception = self.exceptions(self.backend)
        exception.action_ignore()
        self.place_taxed([2])
        self.bring_in()
        self.assertEqual(exception.state, "ignored")
        self.assertEqual(exception.message_count, 2)

    def test_acknowledged_problem_has_an_owner(self):
        self.place_taxed([1])
        self.bring_in()
        exception = self.exceptions(self.backend)
        exception.action_acknowledge()
        self.assertEqual((exception.state, exception.user_id), ("ack", self.env.user))

    def test_skipping_the_messages_resolves_the_exception(self):
        self.place_taxed([1, 2])
        self.bring_in()
        self.messages(self.order_flow).action_skip()
        self.assertEqual(self.exceptions(self.backend).state, "resolved")

    def test_retry_of_a_flow_failure_resolves_it(self):
        self.remote.refuses = True
        self.poll(self.order_flow)
        exception = self.exceptions(self.backend)
        exception.action_retry()
        self.assertEqual(exception.state, "resolved")

    def test_exception_is_filed_by_the_sweeper_when_a_crash_left_it_out(self):
        self.place_taxed([1])
        self.bring_in()
        self.exceptions(self.backend).unlink()
        self.assertFalse(self.message().exception_id)
        self.env["hub.flow"]._cron_sweep()
        self.assertEqual(self.message().exception_id, self.exceptions(self.backend))

    def test_last_seen_moves_on(self):
        self.place_taxed([1])
        self.bring_in()
        exception = self.exceptions(self.backend)
        exception.last_seen = "2020-01-01"
        self.place_taxed([2])
        self.bring_in()
        age = fields.Datetime.now() - exception.last_seen
        self.assertLess(age.total_seconds(), 3600)
