# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from . import samples
from .erasure_case import EMAIL, NAME, STREET, ErasureCase


class TestErasure(ErasureCase):
    """Somebody asked to be forgotten: the hub keeps figures, and nothing else."""

    # === TESTS ===#

    def test_person_is_nowhere_afterwards(self):
        self.bring_in_person()
        self.leave_traces()
        before = self.places(NAME, EMAIL, STREET)
        for place in (
            "hub_payload.body",
            "hub_message.error_message",
            "hub_exception.explanation",
            "hub_attempt.error",
            "hub_snapshot.body",
            "hub_run.message",
            "mail_message.body",
            "mail_activity.note",
        ):
            self.assertIn(place, before)
        self.erase()
        self.assertEqual(self.places(NAME, EMAIL, STREET), [])

    def test_messages_keep_their_states_and_say_who_erased_them(self):
        self.bring_in_person()
        self.erase()
        done, stuck, other = (self.message(f"O{number}") for number in (1, 2, 3))
        self.assertEqual((done.state, stuck.state), ("done", "skipped"))
        self.assertTrue(done.erased_at and stuck.erased_at)
        self.assertEqual(done.erased_by, self.env.user.name)
        self.assertEqual(
            (done.res_id, done.version[:4]), (self.sale_order().id, "2026")
        )
        self.assertFalse(other.erased_at)

    def test_erased_payload_says_so(self):
        self.bring_in_person()
        self.erase()
        self.assertIn("Erased on", self.message("O1").payload_preview)

    def test_other_people_stay(self):
        self.bring_in_person()
        self.erase()
        self.assertIn("buyer3@example.com", self.message("O3").payload_preview)

    def test_exception_of_erased_messages_is_resolved(self):
        self.bring_in_person()
        exception = self.exceptions(self.backend)
        self.erase()
        self.assertEqual(exception.state, "resolved")

    def test_exception_that_others_share_keeps_its_text(self):
        self.bring_in_person()
        self.place(4, total="99.99")
        self.bring_in()
        message = self.message("O4")
        exception = self.message("O2").exception_id
        message.exception_id = exception
        exception.explanation = f"Order of {NAME} has another total."
        self.erase()
        self.assertEqual(exception.state, "open")
        self.assertEqual(exception.explanation, "Order of ••• has another total.")

    def test_report_counts_what_was_erased(self):
        self.bring_in_person()
        report = self.erase()
        self.assertEqual(
            (report["messages"], report["payloads"], report["contacts"]), (3, 3, 0)
        )
        self.assertEqual((report["busy"], report["kept"]), (0, []))

    def test_what_a_worker_holds_is_reported(self):
        self.bring_in_person()
        self.message("O2").state = "processing"
        report = self.erase()
        self.assertEqual((report["messages"], report["busy"]), (2, 1))
        self.assertEqual(self.message("O2").state, "processing")

    def test_order_of_a_stranger_is_found_by_reading_what_was_not_booked(self):
        person = samples.customer(78, external_id="", name=NAME, email=EMAIL)
        self.place(1, customer=person)
        self.poll(self.order_flow)
        self.assertFalse(self.env["res.partner"].search([("email", "=", EMAIL)]))
        wizard = self.env["hub.erase"].create({"email": EMAIL})
        wizard.action_erase()
        self.assertEqual(self.places(NAME, EMAIL), [])
        self.assertEqual(self.message().state, "skipped")

    def test_only_erasing_is_on_record(self):
        self.bring_in_person()
        self.erase()
        note = self.backend.message_ids[0].body
        self.assertIn("3 messages", note)

    def test_order_alone_can_be_erased(self):
        self.bring_in_person()
        self.backend.erase_personal_data("order", ["O1"])
        self.assertTrue(self.message("O1").erased_at)
        self.assertFalse(self.message("O2").erased_at)

    # === THE CONTACT ===#

    def test_contact_stays_unless_asked(self):
        self.bring_in_person()
        self.erase()
        self.assertEqual((self.partner.name, self.partner.email), (NAME, EMAIL))

    def settled_order(self):
        order = self.sale_order()
        order.order_line.product_id.type = "service"
        order.action_cancel()
        return order

    def test_contact_becomes_nobody_and_its_orders_stay(self):
        self.bring_in_person()
        order = self.settled_order()
        report = self.erase(anonymise=True)
        self.assertEqual(report["kept"], [])
        self.assertEqual(self.partner.name, f"Erased customer {self.partner.id}")
        self.assertFalse(self.partner.email or self.partner.street)
        self.assertEqual(order.partner_id, self.partner)
        self.assertEqual(order.amount_total, 10)
        self.env.cr.execute(
            "SELECT count(*) FROM res_partner WHERE concat_ws(' ', name, email, street,"
            " complete_name, email_normalized) ILIKE '%canary%'"
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_contact_with_an_open_order_is_kept(self):
        self.bring_in_person()
        report = self.erase(anonymise=True)
        self.assertIn("not delivered or invoiced", report["kept"][0])
        self.assertEqual(self.partner.name, NAME)

    def test_contact_that_can_log_in_is_kept(self):
        self.bring_in_person()
        self.settled_order()
        new_test_user(self.env, "canary", partner_id=self.partner.id)
        report = self.erase(anonymise=True)
        self.assertIn("log in", report["kept"][0])

    # === PEOPLE ===#

    def test_wizard_finds_a_person_by_mail_and_forgets_the_address(self):
        self.bring_in_person()
        self.leave_traces()
        wizard = self.env["hub.erase"].create({"email": EMAIL.upper()})
        wizard.action_erase()
        self.assertEqual(self.places(NAME, EMAIL, STREET), [])
        self.assertIn("3 messages", wizard.result)

    def test_only_managers_erase(self):
        self.bring_in_person()
        operator = new_test_user(
            self.env, "op", groups="connector_hub.group_hub_operator"
        )
        with self.assertRaises(AccessError):
            self.env["hub.erase"].with_user(operator).create({"email": EMAIL})
        manager = new_test_user(
            self.env, "boss", groups="connector_hub.group_hub_manager"
        )
        wizard = self.env["hub.erase"].with_user(manager).create({"email": EMAIL})
        wizard.action_erase()
        self.assertTrue(self.message("O1").erased_at)
