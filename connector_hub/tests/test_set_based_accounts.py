# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from . import samples
from .booked_case import BookedCase
from .samples import later, line, tax


class TestSetBasedAccounts(BookedCase):
    """Whatever the books of a company are like, batches are booked as Odoo does it."""

    def setUp(self):
        super().setUp()
        self.make_taxes(7)

    def sales_taxes(self, percent):
        """Return all taxes of a rate: which one is taken does not matter."""
        return self.env["account.tax"].search(
            [
                ("amount", "=", percent),
                ("type_tax_use", "=", "sale"),
                ("company_id", "=", self.company.id),
            ]
        )

    def account(self, code, kind, **values):
        return self.env["account.account"].create(
            {"name": code, "code": code, "account_type": kind, **values}
        )

    def various(self, first):
        """Return orders whose invoices differ in all that makes items of them."""
        full, less = samples.tax(20, "2.00"), samples.tax(7, "0.70")
        included = samples.tax(20, "1.67")
        lines = [
            [samples.line(1, taxes=[full]), samples.line(2, taxes=[less])],
            [samples.line(1, taxes=[full, less]), samples.line(2)],
            [samples.line(1)],
            [samples.line(1, quantity=3, discount="3.33")],
            [samples.line(1, price="0.00")],
            [samples.line(n, taxes=[full]) for n in range(1, 4)],
        ]
        orders = [self.paid(first + n, rows) for n, rows in enumerate(lines)]
        number = first + len(lines)
        return [
            *orders,
            self.paid(number, [samples.line(1, taxes=[included])], taxes_included=True),
            self.paid(number + 1, [samples.line(1, taxes=[full])], currency="USD"),
            self.paid(number + 2, [samples.line(1)], tip="1.50"),
        ]

    def test_taxes_and_discounts_of_all_kinds(self):
        self.env.ref("base.USD").active = True
        self.assert_booked_as_by_odoo(self.various)

    def test_taxes_are_rounded_for_the_whole_invoice(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        # 6.012 and 2.1042: each by itself it would be a cent less or more
        lines = [
            line(n, price="10.02", taxes=[tax(20, amount), tax(7, less)])
            for n, amount, less in (
                (1, "2.00", "0.70"),
                (2, "2.00", "0.70"),
                (3, "2.01", "0.70"),
            )
        ]
        included = [
            line(n, price="9.99", taxes=[tax(20, amount)])
            for n, amount in ((1, "1.66"), (2, "1.67"), (3, "1.67"))
        ]

        def make(first):
            return [
                *self.various(first),
                self.paid(first + 20, lines),
                self.paid(first + 21, included, taxes_included=True),
            ]

        self.assert_booked_as_by_odoo(make)

    def test_taxes_are_shared_between_accounts(self):
        """Odd shares too; what is left over goes where Odoo puts it."""
        kind = "liability_current"
        accounts = [self.account(f"2999{n}", kind) for n in range(3)]
        for taxes in self.sales_taxes(20), self.sales_taxes(7):
            for one in taxes:
                self.share(one, accounts)
        lines = [
            line(1, price="9.99", taxes=[tax(20, "2.00"), tax(7, "0.70")]),
            line(2, price="3.33", taxes=[tax(7, "0.23")]),
        ]
        self.assert_booked_as_by_odoo(
            lambda first: [*self.various(first), self.paid(first + 20, lines)]
        )

    def share(self, one, accounts):
        shares = [
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": percent,
                    "account_id": account.id,
                }
            )
            for percent, account in zip((60, 33.3, 6.7), accounts, strict=True)
        ]
        rows = [
            Command.clear(),
            Command.create({"repartition_type": "base"}),
            *shares,
        ]
        one.write(
            {"invoice_repartition_line_ids": rows, "refund_repartition_line_ids": rows}
        )

    def test_taxes_are_owed_when_they_are_paid(self):
        """Of several payments each makes its own part of the taxes due."""
        self.company.tax_exigibility = True
        waiting = self.account("29990", "liability_current", reconcile=True)
        for one in self.sales_taxes(20):
            one.write(
                {
                    "tax_exigibility": "on_payment",
                    "cash_basis_transition_account_id": waiting.id,
                }
            )
            self.share(
                one,
                [self.account(f"2{one.id}{n}", "liability_current") for n in range(3)],
            )

        lines = [line(1, taxes=[tax(20, "2.00")])]

        def make(first):
            return [*self.various(first), self.paid(first + 20, lines, payments=3)]

        self.assert_booked_as_by_odoo(make)
        self.assertTrue(
            self.env["account.move"].search([("tax_cash_basis_rec_id", "!=", False)])
        )

    def test_taxes_of_taxes(self):
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "tax",
                "remote_value": "Sum 27% excl.",
                "tax_id": self.sum_of_taxes().id,
            }
        )
        lines = [
            line(1, taxes=[tax(27, "2.72", "Sum")]),
            line(2, quantity=2, price="5.00", taxes=[tax(27, "2.84", "Sum")]),
        ]
        self.assert_booked_as_by_odoo(
            lambda number: [self.paid(number, lines), self.paid(number + 1, lines)]
        )

    def sum_of_taxes(self):
        kinds = [("percent", 5), ("fixed", 0.1), ("percent", 20)]
        parts = self.env["account.tax"].create(
            [
                {
                    "name": f"{kind} {amount}",
                    "amount": amount,
                    "amount_type": kind,
                    "include_base_amount": True,
                    "sequence": place,
                    "type_tax_use": "none",
                    "price_include_override": "tax_excluded",
                }
                for place, (kind, amount) in enumerate(kinds)
            ]
        )
        return parts.create(
            {
                "name": "Sum",
                "amount_type": "group",
                "type_tax_use": "sale",
                "children_tax_ids": [Command.set(parts.ids)],
            }
        )

    def test_goods_cost_something_when_they_are_sold(self):
        self.company.anglo_saxon_accounting = True
        category = self.env["product.category"].create(
            {
                "name": "Valued",
                "property_valuation": "real_time",
                "property_cost_method": "standard",
                "property_stock_valuation_account_id": self.account(
                    "1999", "asset_current"
                ).id,
                "property_account_expense_categ_id": self.account(
                    "5999", "expense_direct_cost"
                ).id,
            }
        )
        self.existing_product(is_storable=True, standard_price=4, categ_id=category.id)
        self.assert_booked_as_by_odoo(self.various)
        items = self.env["account.move.line"].search([("display_type", "=", "cogs")])
        self.assertIn(4, items.mapped("balance"))

    def terms(self, values, *parts):
        return self.env["account.payment.term"].create(
            {
                "name": "Terms",
                **values,
                "line_ids": [
                    Command.create({"value_amount": percent, "nb_days": days})
                    for percent, days in parts
                ],
            }
        )

    def test_terms_of_payment_are_left_to_odoo(self):
        """Those of one order do not slow down the others of the batch."""
        early = {
            "early_discount": True,
            "discount_percentage": 2,
            "discount_days": 10,
            "early_pay_discount_computation": "mixed",
        }
        terms = self.terms({}, (100, 0))
        terms |= self.terms({}, (100, 30))
        terms |= self.terms({}, (30, 0), (70, 14))
        terms |= self.terms(early, (100, 30))
        importer = type(self.env["hub.importer.order"])
        given = importer._hub_values_order

        def agreed(model, order, values):
            number = int(order.external_id[1:]) % 10
            term = terms[number : number + 1].id
            return {**given(model, order, values), "payment_term_id": term}

        self.patch(importer, "_hub_values_order", agreed)
        self.assert_booked_as_by_odoo(self.various, quick=5)

    def test_currencies_rise_until_they_are_paid(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        for days, rate in ((0, 1.1), (1, 1.2), (2, 1.35)):
            self.env["res.currency.rate"].create(
                {
                    "name": later(days * 86400),
                    "rate": rate,
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                }
            )
        lines = [line(n, taxes=[tax(20, "2.00")]) for n in range(1, 4)]
        self.assert_booked_as_by_odoo(
            lambda first: [
                self.paid(first + n, lines, currency=currency, payments=3 - n % 2)
                for n, currency in enumerate(["USD", "EUR", "USD", "USD"])
            ]
        )

    def test_costs_and_revenues_are_analysed(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        one, other = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("One", "Other")]
        )
        self.existing_product()
        self.env["account.analytic.distribution.model"].create(
            {
                "product_id": self.env["product.product"]
                .search([("default_code", "=", "SKU-1")])
                .id,
                "analytic_distribution": {str(one.id): 33, str(other.id): 67},
            }
        )
        self.sales_taxes(20).analytic = True
        self.assert_booked_as_by_odoo(self.various)

    def test_fiscal_positions_choose_accounts(self):
        income = self.bring_in(self.paid(200)).invoice_ids.invoice_line_ids.account_id
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Elsewhere",
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": income.id,
                            "account_dest_id": self.account("4999", "income").id,
                        }
                    )
                ],
            }
        )
        buyer = self.env["sale.order"].search([("origin", "like", "#1200")]).partner_id
        buyer.property_account_position_id = position
        self.assert_booked_as_by_odoo(self.various)
