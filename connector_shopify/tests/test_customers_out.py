# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from ..components import sender_customer
from .customer_case import CustomerCase


class TestCustomersOut(CustomerCase):
    """Contacts of Odoo become customers of the shop, and stay the same."""

    def make_full(self, **values):
        return self.make_partner(
            phone="+49 30 1234567",
            street="Langer Weg 1",
            zip="10115",
            city="Berlin",
            country_id=self.env.ref("base.de").id,
            comment="<p>Rings twice</p>",
            hub_marketing_consent="granted",
            **values,
        )

    # === CREATION ===#

    def test_new_contact_is_created_there_with_all_that_is_known(self):
        partner = self.make_full()
        calls = self.send()
        self.assertEqual(calls, {"CustomerCreate": 1})
        row = self.there(self.gid_of(partner))
        self.assertEqual((row["firstName"], row["lastName"]), ("Anna Maria", "Schmidt"))
        email = row["defaultEmailAddress"]
        self.assertEqual(email["emailAddress"], "anna@new.example.com")
        self.assertEqual(email["marketingState"], "SUBSCRIBED")
        self.assertEqual(row["defaultPhoneNumber"]["phoneNumber"], "+49301234567")
        self.assertEqual(row["note"], "Rings twice")
        address = row["defaultAddress"]
        self.assertEqual(
            (address["address1"], address["zip"], address["city"]),
            ("Langer Weg 1", "10115", "Berlin"),
        )
        self.assertEqual(
            (address["countryCodeV2"], address["name"]), ("DE", "Anna Maria Schmidt")
        )

    def test_nothing_is_told_twice(self):
        partner = self.make_full()
        self.send()
        partner.write({"phone": partner.phone, "comment": "<p>Rings  twice</p>"})
        self.assertEqual(self.send(), {})

    def test_email_that_is_taken_links_the_customer_who_has_it(self):
        gid = self.gids[0]
        known = len(self.gids)
        partner = self.make_full(email=self.email_of(gid).upper())
        calls = self.send()
        self.assertEqual(calls, {"CustomerCreate": 1, "CustomerByIdentifier": 1})
        self.assertEqual(len(self.gids), known)
        self.assertEqual(self.gid_of(partner), gid)
        # what differs is told as soon as the link is there
        self.assertEqual(self.send().get("CustomerUpdate"), 1)
        self.assertEqual(self.there(gid)["note"], "Rings twice")
        self.assertTrue(
            self.env["hub.checkpoint"].search([("res_id", "=", partner.id)])
        )

    def test_email_of_a_customer_linked_with_somebody_else_is_an_exception(self):
        self.bring_in()
        gid = self.gids[0]
        email = self.email_of(gid)
        first = self.partner(gid)
        first.email = "other@example.com"
        self.env["hub.dirty"].search([]).unlink()
        second = self.make_partner(email=email)
        known = len(self.gids)
        self.env.cr.precommit.data.clear()
        self.env["hub.dirty"].mark_flow(self.out, "res.partner", second.ids)
        self.send()
        self.assertEqual(len(self.gids), known)
        message = self.out_message(second)
        self.assertEqual(message.state, "failed")
        self.assertIn(first.name, message.error_message)

    def test_phone_that_is_taken_is_an_exception_and_no_match(self):
        gid = next(g for g in self.gids if self.there(g)["defaultPhoneNumber"])
        phone = self.there(gid)["defaultPhoneNumber"]["phoneNumber"]
        partner = self.make_partner(phone=phone)
        known = len(self.gids)
        self.send()
        message = self.out_message(partner)
        self.assertEqual((message.state, len(self.gids)), ("failed", known))
        self.assertIn("Phone has already been taken", message.error_message)

    def test_refused_phone_number_says_what_to_do(self):
        partner = self.make_partner(phone="12")
        self.send()
        message = self.out_message(partner)
        self.assertEqual(message.state, "failed")
        self.assertIn("Phone is invalid", message.error_message)
        partner.phone = "+49 30 7654321"
        self.send()
        self.assertEqual(self.out_message(partner).state, "done")
        self.assertTrue(self.gid_of(partner))

    def test_creation_whose_answer_was_lost_is_found_and_not_repeated(self):
        known = len(self.gids)
        partner = self.make_full()
        with patch.object(sender_customer, "VISIBLE_AFTER", 0.001):
            self.shop.faults.add("close", when="after", operation="CustomerCreate")
            self.send()
            message = self.out_message(partner)
            self.assertEqual(message.state, "in_doubt")
            self.let_time_pass(message)
            self.drain(self.out)
        self.assertEqual(self.out_message(partner).state, "done")
        self.assertEqual(len(self.gids), known + 1)
        self.assertTrue(self.gid_of(partner))

    # === CHANGES ===#

    def test_change_tells_only_what_changed(self):
        partner = self.make_full()
        self.send()
        gid = self.gid_of(partner)
        self.shop.touch(gid, fields={"tags": ["theirs"], "locale": "de"})
        partner.write({"name": "Anna Neu", "comment": False})
        self.assertEqual(self.send(), {"CustomerUpdate": 1})
        row = self.there(gid)
        self.assertEqual((row["firstName"], row["lastName"]), ("Anna", "Neu"))
        self.assertFalse(row["note"])
        self.assertEqual((row["tags"], row["locale"]), (["theirs"], "de"))

    def test_consent_is_withdrawn_there(self):
        partner = self.make_full()
        self.send()
        partner.hub_marketing_consent = "refused"
        calls = self.send()
        self.assertEqual(calls.get("CustomerConsent"), 1)
        self.assertNotIn("CustomerUpdate", calls)
        email = self.there(self.gid_of(partner))["defaultEmailAddress"]
        self.assertEqual(email["marketingState"], "UNSUBSCRIBED")

    def test_changed_address_is_changed_there(self):
        partner = self.make_full()
        self.send()
        partner.write({"street": "Kurzer Weg 2", "city": "Potsdam"})
        calls = self.send()
        self.assertEqual(calls.get("CustomerAddressUpdate"), 1)
        row = self.there(self.gid_of(partner))
        self.assertEqual(len(row["addressesV2"]), 1)
        self.assertEqual(row["defaultAddress"]["address1"], "Kurzer Weg 2")
        self.assertEqual(row["defaultAddress"]["city"], "Potsdam")
        self.assertEqual(self.send(), {})

    def test_address_that_people_add_comes_into_the_book_and_out_of_it(self):
        partner = self.make_full()
        self.send()
        child = self.env["res.partner"].create(
            {
                "parent_id": partner.id,
                "type": "delivery",
                "name": "Erika Beispiel",
                "street": "Lagerhof 3",
                "zip": "10115",
                "city": "Berlin",
                "country_id": partner.country_id.id,
            }
        )
        self.assertEqual(self.send().get("CustomerAddressCreate"), 1)
        row = self.there(self.gid_of(partner))
        self.assertEqual(len(row["addressesV2"]), 2)
        self.assertEqual(row["addressesV2"][1]["address1"], "Lagerhof 3")
        child.street = "Lagerhof 4"
        self.assertEqual(self.send().get("CustomerAddressUpdate"), 1)
        self.assertEqual(row["addressesV2"][1]["address1"], "Lagerhof 4")
        child.active = False
        self.assertEqual(self.send().get("CustomerAddressDelete"), 1)
        self.assertEqual(len(row["addressesV2"]), 1)
        self.assertEqual(self.send(), {})

    def test_tags_and_exemption_are_told_where_the_store_exchanges_them(self):
        position = self.env["account.fiscal.position"].create({"name": "Exempt"})
        self.backend.write({"customer_tags": True, "exempt_position_id": position.id})
        partner = self.make_full()
        partner.category_id = self.env["res.partner.category"].create(
            [{"name": "vip"}, {"name": "Berlin"}]
        )
        partner.with_company(self.company).property_account_position_id = position
        self.send()
        row = self.there(self.gid_of(partner))
        self.assertEqual(sorted(row["tags"]), ["Berlin", "vip"])
        self.assertTrue(row["taxExempt"])
        partner.with_company(self.company).property_account_position_id = False
        self.assertEqual(self.send(), {"CustomerUpdate": 1})
        self.assertFalse(row["taxExempt"])

    # === DELETION ===#

    def test_deleted_contact_is_deleted_there(self):
        self.out.departure = "delete"
        partner = self.make_full()
        self.send()
        gid = self.gid_of(partner)
        partner.unlink()
        self.assertEqual(self.send(), {"CustomerDelete": 1})
        self.assertIsNone(self.there(gid))

    def test_customer_who_has_ordered_stays_there_and_somebody_is_told(self):
        self.out.departure = "delete"
        self.bring_in()
        (order,) = self.shop.place_orders(1, scenarios=["b2b"])
        gid = self.shop.orders[order]["customer"]["id"]
        partner = self.partner(gid)
        name = f"res.partner,{partner.id}"
        partner.unlink()
        self.send()
        self.assertTrue(self.there(gid))
        message = self.messages(self.out, external_id=name)[-1:]
        self.assertEqual(message.state, "failed")
        self.assertIn("associated orders", message.error_message)
