# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.components.event import Event

from .common import ShopifyCase


class TestCompanies(ShopifyCase):
    """B2B companies of the shop, their branches, people and orders."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(customers=9)
        self.backend = self.make_shopify_backend(self.shop)
        self.into = self.flow(self.backend, "company")
        self.terms = self.env["account.payment.term"].create(
            {
                "name": "Thirty Days",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        self.env["hub.mapping"].create(
            [
                {
                    "backend_id": self.backend.id,
                    "kind": "payment_term",
                    "remote_value": "Due on receipt",
                    "ignored": True,
                },
                {
                    "backend_id": self.backend.id,
                    "kind": "payment_term",
                    "remote_value": "Net 30",
                    "payment_term_id": self.terms.id,
                },
            ]
        )

    @property
    def rows(self):
        return list(self.shop.collection("companies").objects.values())

    def bring_in(self):
        self.poll(self.into)
        self.settle()

    def touch(self, row, **event):
        """Change a company in the shop, and receive the news of it."""
        self._deliveries = getattr(self, "_deliveries", 0) + 1
        delivery = f"delivery-{self._deliveries}"
        if not event:
            self.shop.touch(row["id"])
        note = Event(row["id"], "companies/update", b"", delivery_id=delivery, **event)
        self.env["hub.message"].receive(self.into, [note])
        self.drain(self.into)

    def linked(self, row):
        return self.bound(self.backend, "company", row["id"])

    def forget_terms(self, name):
        self.env["hub.mapping"].search([("remote_value", "=", name)]).unlink()

    def assertTerms(self, row):
        self.assertEqual(self.linked(row).property_payment_term_id, self.terms)

    def test_companies_come_in_with_branches_people_and_terms(self):
        self.bring_in()
        self.assertEqual(set(self.states(self.into)), {"done"})
        for row in self.rows:
            company = self.linked(row)
            self.assertEqual((company.name, company.is_company), (row["name"], True))
            (location,), (contact,) = row["locations"], row["contacts"]
            branch = self.bound(self.backend, "company_location", location["id"])
            self.assertEqual((branch.parent_id, branch.type), (company, "delivery"))
            self.assertEqual(branch.name, location["name"])
            self.assertEqual(branch.street, location["shippingAddress"]["address1"])
            billing = company.child_ids.filtered(lambda p: p.type == "invoice")
            self.assertEqual(billing.street, location["billingAddress"]["address1"])
            person = self.bound(self.backend, "company_contact", contact["id"])
            self.assertEqual(person.parent_id, company)
            gid = contact["customer"]["id"]
            self.assertEqual(self.bound(self.backend, "customer", gid), person)
        self.assertTerms(self.rows[0])

    def test_unknown_terms_are_an_exception_and_the_company_is_there(self):
        self.env["hub.mapping"].search(
            [("remote_value", "=", "Due on receipt")]
        ).unlink()
        self.bring_in()
        row = self.rows[1]
        self.assertTrue(self.linked(row))
        message = self.messages(self.into, external_id=row["id"])
        self.assertEqual(message.state, "failed")
        self.assertIn("Due on receipt", message.error_message)

    def test_terms_that_count_days_are_found(self):
        self.env["hub.mapping"].search([("remote_value", "=", "Net 30")]).unlink()
        self.env["account.payment.term"].search(
            [("id", "!=", self.terms.id)]
        ).active = 0
        self.bring_in()
        self.assertTerms(self.rows[0])

    def test_customer_who_is_known_becomes_the_companys_person(self):
        self.poll(self.flow(self.backend, "customer"))
        self.settle()
        gid = self.rows[0]["contacts"][0]["customer"]["id"]
        person = self.bound(self.backend, "customer", gid)
        self.bring_in()
        self.assertEqual(person.parent_id, self.linked(self.rows[0]))
        self.assertEqual(
            person.email, self.shop.find(gid)["defaultEmailAddress"]["emailAddress"]
        )

    def test_company_with_the_same_number_is_used(self):
        known = self.env["res.partner"].create(
            {"name": "Known", "is_company": True, "ref": "C-77"}
        )
        self.rows[0]["externalId"] = "C-77"
        self.bring_in()
        self.assertEqual(self.linked(self.rows[0]), known)

    def test_changes_there_come_in(self):
        self.bring_in()
        row = self.rows[0]
        company = self.linked(row)
        (location,), (contact,) = row["locations"], row["contacts"]
        branch = self.bound(self.backend, "company_location", location["id"])
        person = self.bound(self.backend, "company_contact", contact["id"])
        row["name"] = "Renamed Ltd"
        location["shippingAddress"]["address1"] = "Neue Gasse 9"
        contact["title"] = "Buyer"
        self.touch(row)
        self.assertEqual((company.name, branch.street), ("Renamed Ltd", "Neue Gasse 9"))
        self.assertEqual(person.function, "Buyer")

    def test_branch_and_person_that_go_there_go_here(self):
        self.bring_in()
        row = self.rows[0]
        company = self.linked(row)
        branch = self.bound(self.backend, "company_location", row["locations"][0]["id"])
        person = self.bound(self.backend, "company_contact", row["contacts"][0]["id"])
        new, _number = self.shop.generator.ids.next("CompanyLocation")
        row["locations"] = [{**row["locations"][0], "id": new, "name": "New Hall"}]
        row["contacts"] = []
        self.touch(row)
        self.assertFalse(branch.active)
        self.assertFalse(person.parent_id)
        place = self.bound(self.backend, "company_location", new)
        self.assertEqual((place.name, place.parent_id), ("New Hall", company))

    def test_company_deleted_there_is_archived_here(self):
        self.into.deletion_policy = "archive"
        self.bring_in()
        row = self.rows[0]
        company = self.linked(row)
        companies = self.shop.collection("companies")
        del companies.objects[row["id"]]
        companies.changed()
        self.touch(row, deleted=True)
        self.assertFalse(company.active)

    # === ORDERS ===#

    def order(self):
        (gid,) = self.shop.place_orders(1, scenarios=["b2b"])
        order = self.shop.orders[gid]
        order["customer"] = order["purchasingEntity"]["contact"]["customer"]
        self.poll(self.flow(self.backend))
        self.settle()
        return order, self.bound(self.backend, "order", gid)

    def test_order_is_the_companys_by_its_person_on_the_terms_of_the_branch(self):
        self.bring_in()
        row, order = self.order()
        company = self.linked(row["purchasingEntity"]["company"])
        person = self.bound(self.backend, "customer", row["customer"]["id"])
        self.assertEqual(person.parent_id, company)
        self.assertEqual(order.partner_id, person)
        self.assertEqual(order.partner_id.commercial_partner_id, company)
        self.assertEqual(order.partner_invoice_id.commercial_partner_id, company)
        self.assertEqual(order.partner_shipping_id.commercial_partner_id, company)
        location = row["purchasingEntity"]["location"]
        terms = location["buyerExperienceConfiguration"]["paymentTermsTemplate"]
        expected = self.terms if terms["name"] == "Net 30" else self.terms.browse()
        self.assertEqual(order.payment_term_id, expected)

    def test_earlier_order_keeps_its_address_when_the_buyer_joins_a_company(self):
        (gid,) = self.shop.place_orders(1, scenarios=["b2b"])
        row = self.shop.orders[gid]
        company = row["purchasingEntity"].pop("company")
        own = {**row, "purchasingEntity": None}
        self.shop.orders[gid] = own
        self.poll(self.flow(self.backend))
        self.settle()
        early = self.bound(self.backend, "order", gid)
        before = early.partner_shipping_id.street
        self.env["hub.importer.company.contact"].join(
            [(self.make_company(company["name"]), early.partner_id)]
        )
        self.assertEqual(early.partner_id.street, "Company Way 1")
        self.assertEqual(early.partner_shipping_id.street, before)

    def make_company(self, name):
        return self.env["res.partner"].create(
            {"name": name, "is_company": True, "street": "Company Way 1"}
        )

    def test_order_of_a_company_nobody_knows_yet_makes_it_once(self):
        row, order = self.order()
        company = self.linked(row["purchasingEntity"]["company"])
        self.assertTrue(company.is_company)
        self.assertEqual(order.partner_id.commercial_partner_id, company)
        self.bring_in()
        self.assertEqual(self.linked(row["purchasingEntity"]["company"]), company)
        named = [("name", "=", company.name), ("is_company", "=", True)]
        self.assertEqual(self.env["res.partner"].search_count(named), 1)
