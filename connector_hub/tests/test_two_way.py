# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .test_ownership import OwnershipCase


class TwoWayCase(OwnershipCase):
    """Customers that go both ways."""

    def setUp(self):
        super().setUp()
        self.out = self.listen(self.backend, "customer")
        self.conflicts = self.env["hub.conflict"]

    def send(self):
        """Let what Odoo changed be sent."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.out, "_collect")
        self.drain(self.out)

    def sent(self):
        """Return what the remote was told, and forget it."""
        payloads = [effect.payload for effect in self.remote.ledger]
        self.remote.ledger.clear()
        return payloads

    def there(self):
        return self.remote.rows["customer"]["C1"]


class TestTwoWay(TwoWayCase):
    """Customers that are changed here and there."""

    def test_what_came_in_is_not_told_back(self):
        self.arrive(phone="1", note="two\n lines", name="", company_name="Firm")
        self.send()
        self.assertEqual(self.sent(), [])

    def test_change_of_each_side_reaches_the_other(self):
        partner = self.arrive(phone="1")
        self.send()
        partner.phone = "2"
        self.arrive(phone="1", email="remote@example.com")
        self.send()
        self.process()
        self.assertEqual((partner.phone, partner.email), ("2", "remote@example.com"))
        self.assertEqual(self.there()["phone"], "2")
        self.assertEqual(self.there()["email"], "remote@example.com")
        self.assertFalse(self.exceptions(self.backend))

    def test_lost_conflict_of_the_remote_is_repaired_there(self):
        self.customers.conflict_policy = "odoo"
        partner = self.arrive(phone="1")
        self.send()
        partner.phone = "2"
        self.arrive(phone="3")
        self.send()
        self.assertEqual((partner.phone, self.there()["phone"]), ("2", "2"))

    def test_field_of_odoo_changed_there_is_set_right_again(self):
        self.rule("phone", "odoo")
        self.arrive(phone="1")
        self.send()
        self.arrive(phone="3")
        self.send()
        self.assertEqual(self.there()["phone"], "1")

    def test_field_of_the_remote_is_not_sent(self):
        self.rule("phone", "remote")
        partner = self.arrive(phone="1")
        partner.write({"phone": "2", "email": "odoo@example.com"})
        self.send()
        (payload,) = self.sent()
        self.assertEqual(payload.get("email"), "odoo@example.com")
        self.assertNotIn("phone", payload)

    def test_field_of_nobody_is_never_sent(self):
        self.out.export_scope = "all"
        self.rule("note", "never", flow=self.out)
        partner = self.env["res.partner"].create(
            {"name": "New", "email": "n@example.com", "customer_rank": 1}
        )
        partner.comment = "<p>secret</p>"
        self.send()
        (payload,) = self.sent()
        self.assertEqual(payload["name"], "New")
        self.assertNotIn("note", payload)

    def test_disputed_field_is_not_sent_before_somebody_chose(self):
        self.customers.conflict_policy = "ask"
        partner = self.arrive(phone="1")
        self.send()
        partner.phone = "2"
        self.arrive(phone="3")
        partner.email = "odoo@example.com"
        self.send()
        (payload,) = self.sent()
        self.assertNotIn("phone", payload)
        self.assertEqual(payload["email"], "odoo@example.com")
        self.exceptions(self.backend).action_all_odoo()
        self.settle()
        self.send()
        self.assertEqual(self.there()["phone"], "2")

    def test_what_odoo_spells_differently_does_not_overwrite(self):
        note = "two\n\n  lines "
        partner = self.arrive(note=note)
        partner.phone = "5"
        self.send()
        self.assertEqual((self.there()["note"], self.there()["phone"]), (note, "5"))

    def test_deleted_contact_is_deleted_there(self):
        self.out.departure = "delete"
        partner = self.arrive()
        self.send()
        partner.unlink()
        self.send()
        self.assertEqual([e.action for e in self.remote.ledger], ["delete"])
        self.assertEqual(self.remote.ledger[0].external_id, "C1")

    def test_archived_contact_is_archived_there(self):
        partner = self.arrive()
        self.send()
        partner.active = False
        self.send()
        self.assertEqual([e.action for e in self.remote.ledger], ["archive"])

    def test_change_of_a_contact_costs_nothing_where_nobody_listens(self):
        partner = self.arrive()
        self.out.state = "stopped"
        partner.phone = "1"
        self.env.flush_all()
        with self.queries() as found:
            partner.phone = "2"
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertFalse([q for q in found if "hub_" in q])


class TestEchoOfUnsettled(TwoWayCase):
    """The remote tells what Odoo sent it, before Odoo knows that it has arrived."""

    def setUp(self):
        super().setUp()
        self.remote.keys = True

    def lose_answer(self, **values):
        """Return a contact whose change has reached the remote; nobody knows."""
        partner = self.arrive(phone="1", email="first@example.com")
        self.send()
        self.remote.lose("after")
        partner.write(values)
        self.send()
        self.assertEqual(self.messages(self.out)[-1:].state, "in_doubt")
        return partner

    def settle_doubt(self):
        self.let_time_pass(self.messages(self.out).filtered("idempotency_key"))
        self.send()

    def test_it_does_not_undo_what_odoo_changed_since(self):
        partner = self.lose_answer(phone="2")
        partner.phone = "3"
        self.process()
        self.assertEqual(partner.phone, "3")
        self.settle_doubt()
        self.send()
        self.assertEqual((partner.phone, self.there()["phone"]), ("3", "3"))
        self.assertFalse(self.exceptions(self.backend))

    def test_nobody_is_asked_about_it(self):
        self.customers.conflict_policy = "ask"
        partner = self.lose_answer(phone="2")
        partner.phone = "3"
        self.process()
        self.assertFalse(self.exceptions(self.backend))
        self.settle_doubt()
        self.send()
        self.assertEqual(self.there()["phone"], "3")

    def test_it_is_not_told_again(self):
        self.rule("phone", "odoo")
        self.lose_answer(phone="2")
        self.process()
        self.settle_doubt()
        self.sent()
        self.send()
        self.assertEqual(self.sent(), [])

    def test_what_they_changed_since_counts(self):
        partner = self.lose_answer(phone="2", email="odoo@example.com")
        partner.phone = "3"
        row = {**self.there(), "email": "remote@example.com"}
        row.pop("version")
        self.remote.put("customer", row)
        self.process()
        self.assertEqual((partner.phone, partner.email), ("3", "remote@example.com"))
        self.settle_doubt()
        self.send()
        self.assertEqual(self.there()["phone"], "3")
        self.assertEqual(partner.email, "remote@example.com")

    def test_contact_brought_back_since_stays(self):
        partner = self.arrive(phone="1")
        self.send()
        self.remote.lose("after")
        partner.active = False
        self.send()
        partner.active = True
        self.process()
        self.settle_doubt()
        self.send()
        self.assertTrue(partner.active)

    def test_looking_for_it_is_one_statement_for_all(self):
        self.customers.lane_count = 1
        self.put_many(phone="1")
        self.process()
        self.put_many(phone="2")
        self.poll(self.customers)
        with self.queries() as found:
            self.drain(self.customers)
        self.assertEqual(len([q for q in found if "a.request" in q]), 1)

    def put_many(self, **values):
        for number in range(1, 4):
            row = samples.customer(number, **values)
            self.remote.put("customer", samples.payload("customer", row))
