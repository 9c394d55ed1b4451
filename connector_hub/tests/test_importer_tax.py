# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import MappingError

from . import samples
from .order_case import OrderCase


class TestImporterTax(OrderCase):
    def taxed(self, *taxes, included=False, **values):
        return samples.order(
            1, lines=[samples.line(1, taxes=list(taxes))], taxes_included=included
        )

    def taxes_of(self, order):
        return order.order_line.tax_ids

    def map(self, value, **values):
        return self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "tax",
                "remote_value": value,
                **values,
            }
        )

    def test_tax_is_matched_by_rate_and_price_include(self):
        for number, (included, amount) in enumerate(((False, "2"), (True, "1.67"))):
            row = self.taxed(samples.tax(20, amount), included=included)
            row["external_id"] = f"T{number}"
            tax = self.taxes_of(self.bring_in(row))
            self.assertEqual((tax.amount, tax.price_include), (20, included))

    def test_match_is_remembered_as_automatic(self):
        self.bring_in(self.taxed(samples.tax(20, "2")))
        mapping = self.env["hub.mapping"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(mapping.remote_value, "VAT 20% excl.")
        self.assertTrue(mapping.automatic)

    def test_mapping_wins_over_the_rate(self):
        (_included, other) = self.make_taxes(20)
        self.map("VAT 20% excl.", tax_id=other.id)
        order = self.bring_in(self.taxed(samples.tax(20, "2")))
        self.assertEqual(self.taxes_of(order), other)

    def test_tax_of_the_same_name_is_preferred(self):
        (_included, named) = self.make_taxes(20)
        named.name = "VAT"
        order = self.bring_in(self.taxed(samples.tax(20, "2")))
        self.assertEqual(self.taxes_of(order), named)

    def test_ignored_tax_is_left_out(self):
        self.map("VAT 20% incl.", ignored=True)
        order = self.bring_in(self.taxed(samples.tax(20, "1.67"), included=True))
        self.assertFalse(self.taxes_of(order))
        self.assertEqual(order.amount_total, 10)

    def test_tax_that_charged_nothing_needs_no_counterpart(self):
        order = self.bring_in(self.taxed(samples.tax(0, "0.00", "Zero")))
        self.assertFalse(self.taxes_of(order))

    def test_missing_tax_is_named_with_what_to_do(self):
        error = self.refuse(self.taxed(samples.tax(13, "1.30", "Moon")), MappingError)
        self.assertEqual((error.kind, error.value), ("tax", "Moon 13% excl."))
        self.assertIn("Moon 13% excl.", error.message)
        self.assertIn("not included in the price", error.remedy)

    def test_two_taxes_on_a_line_are_both_charged(self):
        self.make_taxes(5)
        self.make_taxes(9.975)
        order = self.bring_in(
            self.taxed(
                samples.tax(5, "0.50", "GST"), samples.tax("9.975", "1.00", "QST")
            )
        )
        self.assertEqual(sorted(self.taxes_of(order).mapped("amount")), [5, 9.975])
        self.assertAlmostEqual(order.amount_total, 11.5)

    def test_rate_sent_as_a_float_is_recognised(self):
        self.make_taxes(9.975)
        row = self.taxed(samples.tax("9.9750000001", "1.00"))
        self.assertEqual(self.taxes_of(self.bring_in(row)).amount, 9.975)

    def test_tax_of_another_company_is_not_used(self):
        taxes = self.make_taxes(13)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        country = self.env.ref("base.de")
        other.account_fiscal_country_id = country
        group = self.env["account.tax.group"].create(
            {"name": "x", "company_id": other.id, "country_id": country.id}
        )
        foreign = taxes[1].copy(
            {
                "company_id": other.id,
                "tax_group_id": group.id,
                "country_id": country.id,
                "amount": 14,
            }
        )
        self.assertEqual(foreign.company_id, other)
        self.refuse(self.taxed(samples.tax(14, "1.40")), MappingError)

    def test_default_taxes_of_the_product_are_not_charged(self):
        (_included, default) = self.make_taxes(20)
        self.existing_product(taxes_id=[(6, 0, default.ids)])
        order = self.order_with(samples.line(1))
        self.assertFalse(self.taxes_of(order))

    def test_shipping_carries_its_own_tax(self):
        shipping = {"title": "Post", "price": "5.00", "taxes": [samples.tax(7, "0.35")]}
        order = self.order_with(samples.line(1), shipping_lines=[shipping])
        line = order.order_line.filtered(
            lambda row: row.product_id == self.backend.shipping_product_id
        )
        self.assertEqual(line.tax_ids.amount, 7)
        self.assertAlmostEqual(order.amount_total, 15.35)
