# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from . import samples
from .test_ownership import OwnershipCase


class DepartureCase(OwnershipCase):
    def setUp(self):
        super().setUp()
        self.customers.system_of_record = "remote"

    def delete(self, external_id="C1"):
        """Let the remote delete a record and tell that it did."""
        self.remote.put("customer", {"external_id": external_id, "deleted": True})
        self.process()

    def vanish(self, external_id="C1"):
        """Let a record be gone that was announced as changed."""
        headers, body = self.remote.webhook("customer", external_id)
        headers = {name.lower(): value for name, value in headers.items()}
        note = self.backend.adapter().read_notification(headers, body)
        del self.remote.rows["customer"][external_id]
        self.env["hub.message"].receive(self.customers, [note.event])
        self.drain(self.customers)

    def link(self, external_id="C1"):
        bindings = self.env["hub.fake.customer"].search(
            [("backend_id", "=", self.backend.id), ("external_id", "=", external_id)]
        )
        return bindings

    @property
    def exception(self):
        return self.exceptions(self.backend)[:1]


class TestDeletion(DepartureCase):
    """Remote records that were deleted."""

    def test_deleted_record_is_archived(self):
        partner = self.arrive()
        self.delete()
        self.assertFalse(partner.active)
        self.assertTrue(self.link().deleted_at)
        self.assertEqual((self.last.state, self.last.operation), ("done", "delete"))
        self.assertEqual(self.last.res_id, partner.id)

    def test_linked_record_that_is_not_found_any_more_is_archived(self):
        partner = self.arrive()
        self.vanish()
        self.assertFalse(partner.active)

    def test_record_nobody_knew_is_skipped(self):
        self.delete("C9")
        self.assertEqual(self.last.state, "skipped")

    def test_unknown_record_that_is_not_found_is_an_exception(self):
        self.remote.put("customer", {"external_id": "C8"})
        self.vanish("C8")
        self.assertEqual(self.last.state, "failed")
        self.assertEqual(self.exception.category, "not_found")

    def test_restored_record_is_active_again_even_when_nothing_changed(self):
        partner = self.arrive(phone="1")
        self.delete()
        self.arrive(phone="1")
        self.assertTrue(partner.active)
        self.assertFalse(self.link().deleted_at)
        self.assertEqual(self.last.state, "done")

    def test_archived_by_a_person_stays_archived(self):
        partner = self.arrive(phone="1")
        partner.active = False
        self.arrive(phone="2")
        self.assertFalse(partner.active)

    def test_deleted_and_created_again_in_one_batch_is_there(self):
        partner = self.arrive()
        self.remote.put("customer", {"external_id": "C1", "deleted": True})
        self.poll(self.customers)
        row = samples.payload("customer", samples.customer(1, phone="7"))
        self.remote.put("customer", row)
        self.process()
        self.assertEqual((partner.active, partner.phone), (True, "7"))

    def test_older_news_does_not_bring_it_back(self):
        partner = self.arrive()
        self.delete()
        row = samples.payload("customer", samples.customer(1, phone="old"))
        event = samples.event(
            "C1",
            body=json.dumps(row).encode(),
            version=samples.EPOCH,
            complete=True,
        )
        self.env["hub.message"].receive(self.customers, [event])
        self.drain(self.customers)
        self.assertEqual(self.last.state, "superseded")
        self.assertFalse(partner.active)

    def test_link_is_forgotten_and_the_contact_stays(self):
        self.customers.deletion_policy = "unlink"
        partner = self.arrive()
        self.delete()
        self.assertTrue(partner.active)
        self.assertFalse(self.link())

    def test_record_is_sent_again(self):
        self.customers.deletion_policy = "restore"
        out = self.listen(self.backend, "customer")
        partner = self.arrive(phone="1")
        partner.customer_rank = 1
        self.delete()
        self.env.cr.precommit.run()
        self.perform(out, "_collect")
        self.drain(out)
        (effect,) = self.remote.effects("customer", "create")
        self.assertEqual(effect.payload["phone"], "1")
        self.assertEqual(
            self.bound(self.backend, "customer", effect.external_id), partner
        )
        self.assertTrue(partner.active)

    def test_nothing_to_send_it_with_asks_a_person(self):
        self.customers.deletion_policy = "restore"
        self.arrive()
        self.delete()
        self.assertEqual(self.exception.departure, "deleted_there")
        with self.assertRaisesRegex(UserError, "Nothing is sent"):
            self.exception.action_deleted_restore()

    def test_person_decides(self):
        self.customers.deletion_policy = "ask"
        partner = self.arrive()
        self.delete()
        exception = self.exception
        self.assertEqual((exception.category, exception.state), ("business", "open"))
        self.assertIn("not found any more in Imaginary", exception.name)
        self.assertTrue(partner.active)
        exception.action_deleted_archive()
        self.assertFalse(partner.active)
        self.assertEqual((self.last.state, exception.state), ("done", "resolved"))

    def test_only_operators_decide(self):
        self.customers.deletion_policy = "ask"
        self.arrive()
        self.delete()
        user = new_test_user(self.env, "us", groups="connector_hub.group_hub_user")
        with self.assertRaises(AccessError):
            self.exception.with_user(user).action_deleted_unlink()

    def test_contact_with_a_login_is_an_exception_and_the_others_are_archived(self):
        partner = self.arrive()
        new_test_user(self.env, "login", partner_id=partner.id)
        row = samples.payload("customer", samples.customer(2))
        self.remote.put("customer", row)
        self.process()
        other = self.bound(self.backend, "customer", "C2")
        self.remote.put("customer", {"external_id": "C1", "deleted": True})
        self.delete("C2")
        self.assertEqual((partner.active, other.active), (True, False))
        self.assertEqual(self.exception.category, "business")

    def test_order_is_never_archived_nor_deleted(self):
        orders = self.flow(self.backend)
        row = samples.payload("order", samples.order(1))
        self.remote.put("order", row)
        self.poll(orders)
        self.drain(orders)
        order = self.bound(self.backend, "order", "O1")
        self.remote.put("order", {"external_id": "O1", "deleted": True})
        self.poll(orders)
        self.drain(orders)
        self.assertTrue(order.exists())
        self.assertEqual(self.exception.departure, "deleted_there")


class TestMerge(DepartureCase):
    """Records that became one, there or here."""

    def setUp(self):
        super().setUp()
        for number in (1, 2):
            row = samples.payload("customer", samples.customer(number))
            self.remote.put("customer", row)

    def merge_there(self, gone="C1", survivor="C2"):
        self.remote.put("customer", {"external_id": gone, "merged_into": survivor})
        self.process()

    def partner_of(self, external_id):
        return self.bound(self.backend, "customer", external_id)

    def test_link_follows_to_a_survivor_nobody_knew(self):
        row = self.remote.rows["customer"].pop("C2")
        self.process()
        partner = self.partner
        # too old to be polled: only the merger leads there
        row["version"] = samples.later(-(10**6)).isoformat()
        self.remote.rows["customer"]["C2"] = row
        self.merge_there()
        self.settle()
        self.assertEqual(self.partner_of("C1"), partner)
        self.assertEqual(self.partner_of("C2"), partner)
        linked = self.backend.binder("customer").to_external_many(partner)
        self.assertEqual(linked[partner.id], ["C2"])
        # the survivor was fetched, and says what counts now
        self.assertEqual(partner.email, "buyer2@example.com")

    def test_hint_about_a_merged_record_is_followed(self):
        self.process()
        self.remote.rows["customer"].pop("C2")
        self.link("C2").unlink()
        headers, body = self.remote.webhook("customer", "C1")
        headers = {name.lower(): value for name, value in headers.items()}
        note = self.backend.adapter().read_notification(headers, body)
        self.remote.rows["customer"]["C1"]["merged_into"] = "C2"
        self.env["hub.message"].receive(self.customers, [note.event])
        self.drain(self.customers)
        self.assertEqual(self.partner_of("C2"), self.partner)

    def test_two_contacts_ask_a_person(self):
        self.process()
        one, other = self.partner, self.partner_of("C2")
        self.merge_there()
        exception = self.exception
        self.assertEqual(exception.departure, "merged_there")
        self.assertEqual(
            exception.name, "Merge Buyer 1 and Buyer 2? They are one in Imaginary now."
        )
        self.assertEqual((self.partner, self.partner_of("C2")), (one, other))

    def test_contacts_are_merged_in_odoo(self):
        self.process()
        one, other = self.partner, self.partner_of("C2")
        other.email = one.email
        self.merge_there()
        self.exception.action_merged_merge()
        self.settle()
        self.assertFalse(one.exists())
        self.assertEqual((self.partner, self.partner_of("C2")), (other, other))
        self.assertEqual(self.exception.state, "resolved")

    def test_both_are_kept_and_the_link_follows(self):
        self.process()
        one, other = self.partner, self.partner_of("C2")
        self.merge_there()
        self.exception.action_merged_follow()
        self.settle()
        self.assertEqual((self.partner, self.exception.state), (other, "resolved"))
        self.assertTrue(one.active)

    def test_both_are_kept_and_the_old_link_is_forgotten(self):
        self.process()
        one = self.partner
        self.merge_there()
        self.exception.action_merged_keep()
        self.settle()
        self.assertFalse(self.partner)
        self.assertTrue(one.exists())
        self.assertEqual(self.exception.state, "resolved")

    def test_contacts_merged_in_odoo_keep_all_their_links(self):
        self.process()
        one, other = self.partner, self.partner_of("C2")
        self.env["hub.snapshot"].store_many(
            self.backend, "customer", {"C1": {"phone": "1"}}
        )
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (one | other).ids, other, extra_checks=False
        )
        self.assertFalse(one.exists())
        self.assertEqual((self.partner, self.partner_of("C2")), (other, other))
        messages = self.messages(self.customers)
        self.assertEqual(set(messages.mapped("res_id")), {other.id})
        known = self.env["hub.snapshot"].read_many(self.backend, "customer", ["C1"])
        self.assertEqual(known["C1"]["phone"], "1")
