# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wrong people and wrong money that look right at first sight."""

from odoo.addons.connector_hub.exceptions import BusinessRuleError

from . import samples
from .order_case import OrderCase


class TestImporterOrderTraps(OrderCase):
    # === PEOPLE ===#

    def test_accounts_that_share_an_email_keep_their_own_orders(self):
        rows = [
            samples.order(
                number, customer=samples.customer(number, email="family@example.com")
            )
            for number in (1, 2)
        ]
        people = [
            self.env["res.partner"].create({"name": name, "email": email})
            for name, email in (("Ann", "ann@example.com"), ("Bob", "bob@example.com"))
        ]
        self.backend.binder("customer").bind_many(
            [
                {"external_id": f"C{number}", "odoo_id": partner.id}
                for number, partner in enumerate(people, start=1)
            ]
        )
        orders = self.bring_in(*rows)
        self.assertEqual([order.partner_id for order in orders], people)

    def test_guest_without_email_keeps_the_contact_of_the_order(self):
        guest = {**samples.customer(1), "external_id": "", "email": ""}
        row = samples.order(1, customer=guest)
        order = self.bring_in(row)
        partner = order.partner_id
        changed = {**row, "purchase_order": "PO 1", "version": samples.later()}
        self.assertEqual(self.bring_in(changed).partner_id, partner)

    def test_address_with_a_company_is_found_again(self):
        shipping = samples.address(company="Acme GmbH", street="Hof 7")
        first, second = (
            self.bring_in(
                samples.order(number, customer=samples.customer(1), shipping=shipping)
            )
            for number in (1, 2)
        )
        self.assertEqual(first.partner_shipping_id, second.partner_shipping_id)
        self.assertEqual(first.partner_shipping_id.name, "Acme GmbH, Anna Schmidt")

    def test_orders_of_one_buyer_lock_the_same_name(self):
        documents = [
            samples.task(
                samples.document(
                    "order", samples.order(number, customer=samples.customer(1))
                )
            )
            for number in (1, 2)
        ]
        importer = self.env["hub.importer.order"]
        keys = [importer.shared_keys(self.backend, [task]) for task in documents]
        self.assertIn("address:C1", keys[0] & keys[1])

    # === MONEY ===#

    def test_equal_total_does_not_hide_another_tax(self):
        taxes = self.make_taxes(7)
        tax = samples.tax(20, "20.00")
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "tax",
                "remote_value": "VAT 20% incl.",
                "tax_id": taxes.filtered("price_include").id,
            }
        )
        line = samples.line(1, 1, "120.00", taxes=[tax])
        row = samples.order(1, lines=[line], taxes_included=True)
        self.refuse(row, BusinessRuleError)

    def test_new_customer_does_not_change_the_currency(self):
        row = samples.order(1)
        order = self.bring_in(row)
        self.env.ref("base.USD").active = True
        dollars = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": self.env.ref("base.USD").id}
        )
        other = self.env["res.partner"].create(
            {"name": "Other", "email": "other@example.com"}
        )
        other.specific_property_product_pricelist = dollars
        customer = samples.customer(9, email="other@example.com")
        self.bring_in({**row, "customer": customer, "version": samples.later()})
        self.assertEqual(order.partner_id, other)
        self.assertEqual(order.currency_id.name, "EUR")

    # === CONFIRMED ORDERS ===#

    def test_new_address_of_a_locked_order_is_told(self):
        row = samples.order(1)
        order = self.bring_in(row)
        order.action_confirm()
        order.action_lock()
        moved = samples.address(street="Moved 1")
        (task,) = self.attempt({**row, "shipping": moved, "version": samples.later()})
        self.assertIsInstance(task.error, BusinessRuleError)

    def test_line_people_added_is_no_change_of_the_store(self):
        row = samples.order(1)
        order = self.bring_in(row)
        order.action_confirm()
        order.order_line[0].copy({"order_id": order.id, "price_unit": 0})
        tagged = {**row, "tags": ["vip"], "version": samples.later()}
        (task,) = self.attempt(tagged)
        self.assertIsNone(task.error)
        self.assertEqual(task.state, "done")
