# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from ..components import sender_company
from ..components.sender_company import ShopifyCompanySender
from .company_case import CompanyCase


class TestCompaniesOut(CompanyCase):
    """Companies of Odoo become companies of the shop, with branches and people."""

    # === CREATION ===#

    def test_company_is_created_with_its_branches_and_people(self):
        company = self.make_company()
        person, branch = self.make_person(company), self.make_branch(company)
        self.assertEqual(self.send(), {"CompanyCreate": 1})
        self.assertEqual(
            self.send(),
            {
                "CompanyContactCreate": 1,
                "CompanyContactRoles": 1,
                "CompanyContactUpdate": 1,
                "CompanyLocationCreate": 1,
            },
        )
        row = self.there(company)
        self.assertEqual(
            (row["name"], row["externalId"], row["note"]),
            ("Holzbau Nord", "C-100", "Pays late"),
        )
        main, other = row["locations"]
        self.assertEqual(self.id_of("company_location", company), main["id"])
        self.assertEqual(self.id_of("company_location", branch), other["id"])
        self.assertPlaces(main, other)
        self.assertBuyer(person, row)

    def assertPlaces(self, main, other):
        self.assertEqual(main["shippingAddress"]["address1"], "Hafenstraße 4")
        self.assertEqual(main["billingAddress"]["address1"], "Hafenstraße 4")
        self.assertEqual(main["taxSettings"]["taxRegistrationId"], "DE136695976")
        self.assertEqual(
            (other["name"], other["shippingAddress"]["city"]), ("Lager Köln", "Köln")
        )

    def assertBuyer(self, person, row):
        """Check that a person may order at every branch."""
        (contact,) = row["contacts"]
        self.assertEqual(self.id_of("company_contact", person), contact["id"])
        self.assertEqual(self.id_of("customer", person), contact["customer"]["id"])
        self.assertEqual(
            (contact["title"], contact["customer"]["lastName"]), ("Buyer", "Lund")
        )
        places = {r["companyLocation"]["id"] for r in contact["roleAssignments"]}
        self.assertEqual(places, {place["id"] for place in row["locations"]})

    def test_nothing_is_told_twice_nor_told_back(self):
        company = self.make_company()
        self.make_person(company)
        self.make_branch(company)
        self.send_all()
        company.write({"name": company.name, "comment": "<p>Pays  late</p>"})
        self.assertEqual(self.send(), {})
        before = self.env["res.partner"].search_count([])
        self.tell(self.there(company))
        self.assertEqual(self.messages(self.into)[-1:].state, "done")
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertEqual(self.send(), {})

    def test_what_the_shop_told_is_not_told_back(self):
        self.poll(self.into)
        self.settle()
        self.assertEqual(self.send(), {})
        self.assertEqual(set(self.messages(self.out).mapped("state")), {"unchanged"})

    def test_company_with_the_same_number_is_linked_and_brought_up_to_date(self):
        row = self.rows[0]
        row["externalId"] = "C-100"
        company = self.make_company()
        self.assertEqual(self.send(), {})
        self.assertEqual(self.id_of("company", company), row["id"])
        self.send_all()
        self.assertEqual((len(self.rows), row["name"]), (self.known, "Holzbau Nord"))
        self.assertTrue(
            self.env["hub.checkpoint"].search([("res_id", "=", company.id)])
        )

    def test_company_with_the_same_name_and_tax_number_is_linked(self):
        row = self.rows[0]
        company = self.make_company(name=row["name"].upper())
        row["locations"][0]["taxSettings"]["taxRegistrationId"] = company.vat
        self.send_all()
        self.assertEqual(self.id_of("company", company), row["id"])
        self.assertEqual(len(self.rows), self.known)

    def test_same_name_alone_is_no_match(self):
        company = self.make_company(name=self.rows[0]["name"])
        self.send_all()
        self.assertEqual(len(self.rows), self.known + 1)
        self.assertNotEqual(self.id_of("company", company), self.rows[0]["id"])

    def test_creation_whose_answer_was_lost_makes_one_company(self):
        company = self.make_company(ref=False)
        person = self.make_person(company)
        with patch.object(sender_company, "VISIBLE_AFTER", 0.001):
            self.shop.faults.add("close", when="after", operation="CompanyCreate")
            self.send()
            message = self.message(company)
            self.assertEqual(message.state, "in_doubt")
            self.let_time_pass(message)
            self.drain(self.out)
        self.assertEqual(self.message(company).state, "done")
        self.send_all()
        self.assertEqual(len(self.rows), self.known + 1)
        self.assertTrue(self.id_of("company_contact", person))

    def test_creation_is_not_forgotten_when_it_cannot_be_read(self):
        company = self.make_company()
        person, branch = self.make_person(company), self.make_branch(company)
        self.shop.faults.add(
            "status", status=429, retry_after=60, count=99, operation="CompaniesById"
        )
        # a search shows it later
        with patch.object(ShopifyCompanySender, "_find", return_value=None):
            self.send()
            self.shop.faults.clear()
            self.let_time_pass(self.message(company))
            self.drain(self.out)
        self.assertEqual(self.message(company).state, "done")
        self.send_all()
        self.assertEqual(len(self.rows), self.known + 1)
        main, other = self.there(company)["locations"]
        self.assertEqual(self.id_of("company_location", company), main["id"])
        self.assertEqual(self.id_of("company_location", branch), other["id"])
        self.assertBuyer(person, self.there(company))

    def test_number_that_is_taken_is_looked_for_again(self):
        row = self.rows[0]
        row["externalId"] = "C-100"
        company = self.make_company()
        with patch.object(ShopifyCompanySender, "_find", return_value=None):
            self.send()
        message = self.message(company)
        self.assertEqual((message.state, message.error_class), ("pending", "Conflict"))
        self.let_time_pass(message)
        self.drain(self.out)
        self.assertEqual(self.id_of("company", company), row["id"])

    def test_person_whose_creation_got_no_answer_is_there_once(self):
        company = self.make_company()
        self.send_all()
        person = self.make_person(company)
        with patch.object(sender_company, "VISIBLE_AFTER", 0.001):
            self.shop.faults.add(
                "close", when="after", operation="CompanyContactCreate"
            )
            self.send()
            message = self.message(company)
            self.assertEqual(message.state, "in_doubt")
            self.let_time_pass(message)
            self.drain(self.out)
            self.drain(self.out)
        (contact,) = self.there(company)["contacts"]
        self.assertEqual(self.id_of("company_contact", person), contact["id"])
        self.assertEqual(len(contact["roleAssignments"]), 1)

    def test_customer_who_is_there_becomes_the_companys_person(self):
        gid, row = next(iter(self.shop.collection("customers").objects.items()))
        customers = len(self.shop.collection("customers").objects)
        company = self.make_company()
        email = row["defaultEmailAddress"]["emailAddress"].upper()
        person = self.make_person(company, email=email)
        self.send_all()
        self.assertEqual(self.id_of("customer", person), gid)
        self.assertEqual(len(self.shop.collection("customers").objects), customers)

    def test_company_is_no_customer_besides(self):
        company = self.make_company(email="office@holzbau.example.com")
        customers = self.listen(self.backend, "customer")
        customers.export_scope = "all"
        exporter = customers._exporter()
        self.assertFalse(exporter.relevant(customers, company.ids))

    # === CHANGES ===#

    def test_only_what_changed_is_told(self):
        company = self.make_company()
        person, branch = self.make_person(company), self.make_branch(company)
        self.send_all()
        _main, place = self.there(company)["locations"]
        for name in ("shippingAddress", "billingAddress"):
            place[name]["recipient"] = "Goods-in"
        branch.street = "Rheinufer 7"
        self.assertEqual(self.send(), {"CompanyLocationAddress": 1})
        company.name = "Holzbau Süd"
        self.assertEqual(self.send(), {"CompanyUpdate": 1, "CompanyLocationUpdate": 1})
        company.vat = "DE129274202"
        self.assertEqual(self.send(), {"CompanyLocationTaxes": 1})
        person.function = "Head of Purchasing"
        self.assertEqual(self.send(), {"CompanyContactUpdate": 1})
        row = self.there(company)
        main, other = row["locations"]
        self.assertEqual(row["name"], "Holzbau Süd")
        self.assertEqual(other["shippingAddress"]["address1"], "Rheinufer 7")
        self.assertEqual(other["billingAddress"]["address1"], "Rheinufer 7")
        self.assertEqual(other["shippingAddress"]["recipient"], "Goods-in")
        self.assertEqual(main["taxSettings"]["taxRegistrationId"], "DE129274202")
        self.assertEqual(row["contacts"][0]["title"], "Head of Purchasing")

    def test_branch_of_the_shop_keeps_what_odoo_does_not_know(self):
        self.poll(self.into)
        self.settle()
        self.send_all()
        row = self.rows[1]
        company = self.bound(self.backend, "company", row["id"])
        company.ref = "C-200"
        self.assertEqual(self.send(), {"CompanyUpdate": 1})
        self.assertEqual(row["externalId"], "C-200")
        self.assertTrue(row["locations"][0]["taxSettings"]["taxExempt"])

    def test_refused_change_says_what_to_do(self):
        company = self.make_company(phone="12")
        self.send()
        message = self.message(company)
        self.assertEqual(message.state, "failed")
        self.assertIn("phone is invalid", message.error_message)
        company.phone = "+49 30 7654321"
        self.send()
        self.assertEqual(self.message(company).state, "done")

    # === DEPARTURE ===#

    def test_person_who_leaves_and_branch_that_closes_are_taken_away(self):
        company, other = self.make_company(), self.make_company(name="B", ref="C-9")
        person, branch = self.make_person(company), self.make_branch(company)
        self.send_all()
        self.out.departure = "delete"
        branch.active = False
        self.assertEqual(self.send(), {"CompanyLocationDelete": 1})
        person.parent_id = other
        self.assertEqual(
            self.send(),
            {
                "CompanyContactRemove": 1,
                "CompanyContactAssign": 1,
                "CompanyContactUpdate": 1,
                "CompanyContactRoles": 1,
            },
        )
        self.assertEqual(self.there(company)["contacts"], [])
        self.assertEqual(len(self.there(company)["locations"]), 1)
        (contact,) = self.there(other)["contacts"]
        self.assertEqual(contact["customer"]["id"], self.id_of("customer", person))
        self.assertEqual(self.send(), {})

    def test_branch_stays_there_unless_the_flow_deletes(self):
        company = self.make_company()
        branch = self.make_branch(company)
        self.send_all()
        row = self.there(company)
        before = [place["id"] for place in row["locations"]]
        for policy in ("archive", "ignore"):
            self.out.departure = policy
            branch.active = policy == "ignore"
            self.send()
            branch.active = False
            self.assertEqual(self.send(), {})
            self.tell(row)
            self.assertFalse(branch.active)
            self.assertEqual([place["id"] for place in row["locations"]], before)
        self.out.departure = "delete"
        company.comment = "<p>Closed a branch</p>"
        self.assertEqual(self.send(), {"CompanyUpdate": 1, "CompanyLocationDelete": 1})

    def test_person_who_is_deleted_does_not_buy_for_the_company_any_more(self):
        company = self.make_company()
        person, other = self.make_person(company), self.make_person(company, "Ida Ek")
        self.send_all()
        person.unlink()
        self.assertEqual(self.send(), {"CompanyContactRemove": 1})
        self.out.departure = "ignore"
        other.parent_id = False
        self.assertEqual(self.send(), {})
        other.unlink()
        self.assertEqual(self.send(), {})
        self.assertEqual(len(self.there(company)["contacts"]), 1)

    def test_deleted_records_are_deleted_there_where_the_flow_says_so(self):
        self.out.departure = "delete"
        company = self.make_company()
        person = self.make_person(company)
        self.send_all()
        gid = self.id_of("company", company)
        person.unlink()
        self.assertEqual(self.send(), {"CompanyContactRemove": 1})
        self.assertEqual(self.shop.find(gid)["contacts"], [])
        company.unlink()
        self.assertEqual(self.send(), {"CompanyDelete": 1})
        self.assertIsNone(self.shop.find(gid))
