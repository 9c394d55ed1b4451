# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError

from odoo.addons.connector_hub.exceptions import InvalidData

from . import samples
from .common import HubCase


class TestImporterCustomer(HubCase):
    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.customer_flow = self.flow(self.backend, "customer")

    def bring_in(self, *rows, **options):
        """Import customers; return their partners."""
        tasks = self.import_documents(self.customer_flow, *rows, **options)
        self.assertEqual([task.error for task in tasks], [None] * len(rows))
        return [self.record_of(task) for task in tasks]

    def partners(self, email):
        return self.env["res.partner"].search([("email", "=ilike", email)])

    # === MATCHING ===#

    def test_new_customer_becomes_a_linked_contact(self):
        (partner,) = self.bring_in(samples.customer(1, phone="+4930123"))
        self.assertEqual(partner.name, "Buyer 1")
        self.assertEqual(partner.email, "buyer1@example.com")
        self.assertEqual(partner.phone, "+4930123")
        self.assertEqual(partner, self.bound(self.backend, "customer", "C1"))

    def test_linked_customer_is_found_by_its_link_whatever_its_email(self):
        (partner,) = self.bring_in(samples.customer(1))
        (again,) = self.bring_in(
            samples.customer(1, email="new@example.com", version=samples.later())
        )
        self.assertEqual(again, partner)
        self.assertEqual(partner.email, "new@example.com")

    def test_existing_contact_is_found_by_email_in_any_case(self):
        known = self.env["res.partner"].create(
            {"name": "Known", "email": "Buyer1@Example.COM"}
        )
        (partner,) = self.bring_in(samples.customer(1, email="BUYER1@example.com"))
        self.assertEqual(partner, known)
        self.assertEqual(len(self.partners("buyer1@example.com")), 1)

    def test_email_is_compared_as_a_whole(self):
        self.env["res.partner"].create(
            [
                {"name": "Longer", "email": "xbuyer1@example.com"},
                {"name": "Wildcard", "email": "buyer_@example.com"},
            ]
        )
        (partner,) = self.bring_in(samples.customer(1))
        self.assertEqual(partner.name, "Buyer 1")

    def test_percent_and_underscore_in_an_email_are_letters(self):
        self.env["res.partner"].create({"name": "A", "email": "axb@example.com"})
        (partner,) = self.bring_in(samples.customer(1, email="a_b@example.com"))
        self.assertEqual(partner.email, "a_b@example.com")

    def test_oldest_main_contact_wins_over_children(self):
        company = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        same = {"email": "buyer1@example.com"}
        self.env["res.partner"].create(
            {"name": "Child", "parent_id": company.id, **same}
        )
        first = self.env["res.partner"].create({"name": "First", **same})
        self.env["res.partner"].create({"name": "Second", **same})
        (partner,) = self.bring_in(samples.customer(1))
        self.assertEqual(partner, first)

    def test_contact_of_another_company_is_not_used(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.env["res.partner"].create(
            {"name": "Hidden", "email": "buyer1@example.com", "company_id": other.id}
        )
        (partner,) = self.bring_in(samples.customer(1))
        self.assertNotEqual(partner, hidden)

    def test_shared_contact_and_one_of_the_own_company_are_used(self):
        for number, company in ((1, False), (2, self.company.id)):
            known = self.env["res.partner"].create(
                {
                    "name": "Known",
                    "email": f"buyer{number}@example.com",
                    "company_id": company,
                }
            )
            (partner,) = self.bring_in(samples.customer(number))
            self.assertEqual(partner, known)

    def test_two_accounts_with_one_email_share_a_contact(self):
        first, second = self.bring_in(
            samples.customer(1), samples.customer(2, email="buyer1@example.com")
        )
        self.assertEqual(first, second)
        found = self.backend.binder("customer").to_external_many(first)
        self.assertEqual(found, {first.id: ["C1", "C2"]})

    def test_many_new_customers_at_once_make_no_duplicates(self):
        rows = [samples.customer(n, email=f"b{n % 5}@example.com") for n in range(40)]
        self.bring_in(*rows)
        for number in range(5):
            self.assertEqual(len(self.partners(f"b{number}@example.com")), 1)

    def test_same_customer_twice_in_a_batch_is_one_contact(self):
        first, second = self.bring_in(samples.customer(1), samples.customer(1))
        self.assertEqual(first, second)

    # === VALUES ===#

    def test_any_script_survives(self):
        names = (
            "王小明",
            "محمد الأحمد",
            "Lena 🦊 Fuchs",
            "Ångström O'Brien",
            "Χρήστος",
        )
        for number, name in enumerate(names):
            (partner,) = self.bring_in(samples.customer(number, name=name))
            self.assertEqual(partner.name, name)

    def test_customer_without_a_name_is_called_by_what_there_is(self):
        empty = {"name": "", "email": ""}
        for number, (values, label) in enumerate(
            (
                ({"email": "x@example.com"}, "x@example.com"),
                ({"phone": "+4930123"}, "+4930123"),
                ({"company_name": "Firm"}, "Firm"),
                ({"default_address": samples.address()}, "Anna Schmidt"),
            )
        ):
            (partner,) = self.bring_in(samples.customer(number, **{**empty, **values}))
            self.assertEqual(partner.name, label)

    def test_nameless_customer_is_invalid_and_says_what_to_do(self):
        (task,) = self.import_documents(
            self.customer_flow, samples.customer(1, name="", email="")
        )
        self.assertIsInstance(task.error, InvalidData)
        self.assertIn("C1", task.error.message)
        self.assertIn("store", task.error.remedy)

    def test_nameless_customer_does_not_hold_back_the_others(self):
        tasks = self.import_documents(
            self.customer_flow,
            samples.customer(1, name="", email=""),
            samples.customer(2),
        )
        self.assertEqual([task.state for task in tasks], ["", "done"])

    def test_default_address_is_the_contacts_own(self):
        (partner,) = self.bring_in(
            samples.customer(1, default_address=samples.address())
        )
        self.assertEqual(
            (partner.street, partner.city, partner.country_id.code),
            ("Langer Weg 1", "Berlin", "DE"),
        )
        self.assertFalse(partner.child_ids)

    def test_empty_values_of_the_store_leave_odoos_alone(self):
        (partner,) = self.bring_in(samples.customer(1, phone="+4930123"))
        self.bring_in(samples.customer(1, phone="", version=samples.later()))
        self.assertEqual(partner.phone, "+4930123")

    def test_contact_odoo_owns_is_not_overwritten(self):
        self.customer_flow.system_of_record = "odoo"
        (partner,) = self.bring_in(samples.customer(1))
        self.bring_in(samples.customer(1, name="Other", version=samples.later()))
        self.assertEqual(partner.name, "Buyer 1")

    def test_contact_found_by_email_keeps_its_name(self):
        known = self.env["res.partner"].create(
            {"name": "As Odoo knows it", "email": "buyer1@example.com"}
        )
        self.bring_in(samples.customer(1))
        self.assertEqual(known.name, "As Odoo knows it")

    def test_installed_language_closest_to_the_customers_is_used(self):
        (partner,) = self.bring_in(samples.customer(1, language="en-GB"))
        self.assertEqual(partner.lang, "en_US")
        (partner,) = self.bring_in(samples.customer(2, language="xx"))
        self.assertNotEqual(partner.lang, "xx")

    def test_wrong_tax_number_does_not_lose_the_customer(self):
        try:
            (partner,) = self.bring_in(samples.customer(1, tax_id="nonsense"))
        except ValidationError:
            self.fail("the customer was refused")
        self.assertEqual(partner.name, "Buyer 1")

    def test_query_count_does_not_grow_with_the_batch(self):
        def statements(first, count):
            rows = [samples.customer(first + n) for n in range(count)]
            with self.queries() as found:
                self.bring_in(*rows)
            return len([text for text in found if "SELECT" in text])

        statements(1, 5)
        few, many = statements(100, 5), statements(200, 60)
        self.assertLess(many, few * 3)

    # === WHO CAN LOG IN ===#

    def test_contact_with_a_login_is_not_changed_from_outside(self):
        user = self.env["res.users"].create(
            {
                "name": "Portal Person",
                "login": "portal.person@example.com",
                "email": "portal.person@example.com",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        row = samples.customer(1, email="portal.person@example.com")
        (partner,) = self.bring_in(row)
        self.assertEqual(partner, user.partner_id)
        changed = {**row, "email": "mallory@example.com", "name": "Mallory"}
        self.bring_in({**changed, "version": samples.later()})
        self.assertEqual(partner.email, "portal.person@example.com")
        self.assertEqual(partner.name, "Portal Person")

    def test_company_is_not_named_after_its_buyer(self):
        acme = self.env["res.partner"].create(
            {"name": "Acme", "is_company": True, "email": "info@example.com"}
        )
        row = samples.customer(1, email="info@example.com", name="Hans")
        self.bring_in(row)
        self.bring_in({**row, "note": "x", "version": samples.later()})
        self.assertEqual(acme.name, "Acme")
