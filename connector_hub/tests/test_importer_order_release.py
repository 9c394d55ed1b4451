# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError

from odoo.addons.connector_hub.exceptions import BusinessRuleError

from . import samples
from .drain_case import DrainCase
from .order_case import OrderCase


class ReleaseCase(OrderCase):
    def setUp(self):
        super().setUp()
        self.backend.order_confirm = "released"
        self.backend.release_rule_ids.active = False
        self.product = self.existing_product(is_storable=True, list_price=10)

    def use_rule(self, kind, **values):
        rule = self.backend.release_rule_ids.filtered(lambda rule: rule.kind == kind)
        rule.write({"active": True, **values})
        return rule

    def hold(self, row):
        """Import an order that must come to wait; return it."""
        (task,) = self.attempt(row)
        self.assertIsInstance(task.error, BusinessRuleError)
        order = self.record_of(task)
        self.assertEqual((order.state, order.hub_hold), ("draft", "held"))
        self.assertIn(order.hub_hold_reason, task.error.message)
        self.assertIn(order.name, task.error.remedy)
        return order

    def put_on_shelf(self, quantity, warehouse=None):
        warehouse = warehouse or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            self.product, warehouse.lot_stock_id, quantity
        )
        return warehouse


class TestConfirmation(ReleaseCase):
    def test_orders_stay_quotations_unless_asked(self):
        self.backend.order_confirm = "never"
        order = self.bring_in(samples.order(1))
        self.assertEqual((order.state, order.hub_hold), ("draft", False))

    def test_released_orders_are_confirmed_on_the_buyers_day(self):
        orders = self.bring_in(samples.order(1), samples.order(2))
        self.assertEqual([order.state for order in orders], ["sale", "sale"])
        for order in orders:
            self.assertEqual(order.date_order, samples.EPOCH.replace(tzinfo=None))
            self.assertTrue(order.picking_ids)

    def test_cancelled_order_is_not_confirmed(self):
        order = self.bring_in(samples.order(1, cancelled_at=samples.later()))
        self.assertEqual(order.state, "cancel")

    def test_order_odoo_refuses_does_not_hold_back_the_others(self):
        archived = self.existing_product(default_code="SKU-9", name="Gone")
        rows = [samples.order(1), samples.order(2), samples.order(3)]
        model = type(self.env["sale.order"])
        refused = model._confirmation_error_message

        def refuse(order):
            return "No." if order.client_order_ref == "#1002" else refused(order)

        self.patch(model, "_confirmation_error_message", refuse)
        tasks = self.attempt(*rows)
        states = [self.record_of(task).state for task in tasks]
        self.assertEqual(states, ["sale", "draft", "sale"])
        held = self.record_of(tasks[1])
        self.assertEqual((held.hub_hold, held.hub_hold_reason), ("held", "No."))
        self.assertEqual(tasks[1].error.code, "release_refused")
        self.assertTrue(archived)


class TestRules(ReleaseCase):
    def test_customer_with_a_warning_is_held(self):
        self.use_rule("customer")
        order = self.bring_in(samples.order(1))
        order.partner_id.sale_warn_msg = "Pays never"
        held = self.hold(samples.order(2, customer=samples.customer(1)))
        self.assertIn("Pays never", held.hub_hold_reason)

    def test_credit_limit_counts_the_orders_of_the_same_batch(self):
        self.company.account_use_credit_limit = True
        self.use_rule("credit")
        buyer = self.bring_in(samples.order(9)).partner_id
        buyer.with_company(self.company).credit_limit = 35
        rows = [samples.order(n, customer=samples.customer(9)) for n in (1, 2, 3)]
        tasks = self.attempt(*rows)
        self.assertEqual([bool(task.error) for task in tasks], [False, False, True])
        self.assertIn("35", self.record_of(tasks[2]).hub_hold_reason)

    def test_what_is_paid_uses_no_credit(self):
        self.company.account_use_credit_limit = True
        self.use_rule("credit")
        order = self.bring_in(samples.order(9))
        order.partner_id.with_company(self.company).credit_limit = 11
        row = samples.order(1, customer=samples.customer(9), outstanding="0")
        self.assertEqual(self.bring_in(row).state, "sale")

    def test_price_far_from_the_price_list_is_held(self):
        self.use_rule("price", percent=5)
        order = self.bring_in(samples.order(1, [samples.line(1, 1, "10.40")]))
        self.assertEqual(order.state, "sale")
        held = self.hold(samples.order(2, [samples.line(1, 1, "9.00")]))
        self.assertIn("Known", held.hub_hold_reason)

    def test_price_with_taxes_is_compared_without_them(self):
        self.use_rule("price", percent=1)
        included, _excluded = self.make_taxes(25)
        self.product.taxes_id = included
        self.product.list_price = 12.5
        line = samples.line(1, 1, "10.00", taxes=[samples.tax(25, "2.50")])
        self.assertEqual(self.bring_in(samples.order(1, [line])).state, "sale")

    def test_other_tax_than_odoos_is_held(self):
        self.use_rule("tax")
        self.make_taxes(20, 10)
        tax = self.env["account.tax"].search([("name", "=", "10% tax_excluded")])
        self.product.taxes_id = [Command.set(tax.ids)]
        line = samples.line(1, 1, "10.00", taxes=[samples.tax(10, "1.00")])
        self.assertEqual(self.bring_in(samples.order(1, [line])).state, "sale")
        line = samples.line(1, 1, "10.00", taxes=[samples.tax(20, "2.00")])
        self.assertIn("10%", self.hold(samples.order(2, [line])).hub_hold_reason)

    def test_risk_and_the_stores_own_hold(self):
        self.use_rule("risk", risk_from="cancel")
        self.use_rule("hold")
        order = self.bring_in(samples.order(1, risk="investigate"))
        self.assertEqual(order.state, "sale")
        held = self.hold(samples.order(2, risk="cancel"))
        self.assertIn("cancel", held.hub_hold_reason)
        holds = [{"external_id": "H", "reason": "Awaiting payment"}]
        row = samples.order(3, holds=holds)
        self.assertIn("Awaiting payment", self.hold(row).hub_hold_reason)


class TestStockRule(ReleaseCase):
    def test_missing_stock_holds(self):
        self.use_rule("stock", shortage="hold")
        self.put_on_shelf(3)
        lines = [samples.line(1, 2)]
        tasks = self.attempt(samples.order(1, lines), samples.order(2, lines))
        self.assertEqual([bool(task.error) for task in tasks], [False, True])
        held = self.record_of(tasks[1])
        self.assertIn("2 ordered, 1 free", held.hub_hold_reason)

    def test_missing_stock_follows_later(self):
        self.use_rule("stock", shortage="together")
        order = self.bring_in(samples.order(1))
        self.assertEqual((order.state, order.picking_policy), ("sale", "one"))

    def test_another_warehouse_has_it(self):
        self.use_rule("stock", shortage="warehouse")
        other = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "SEC", "company_id": self.company.id}
        )
        self.put_on_shelf(1, other)
        order = self.bring_in(samples.order(1))
        self.assertEqual(order.warehouse_id, other)
        self.assertEqual(order.picking_ids.picking_type_id.warehouse_id, other)
        self.hold(samples.order(2))

    def test_hold_ends_when_the_goods_are_there(self):
        self.use_rule("stock", shortage="hold")
        held = self.hold(samples.order(1))
        self.put_on_shelf(1)
        self.bring_in(samples.order(1))
        self.assertEqual((held.state, held.hub_hold), ("sale", False))
        self.assertFalse(held.hub_hold_reason)


class TestRelease(DrainCase):
    """A hold is an exception with an owner, until a person or news end it."""

    def setUp(self):
        super().setUp()
        self.backend.order_confirm = "released"
        self.owner = self.env["res.users"].create(
            {
                "name": "Credit Controller",
                "login": "controller",
                "group_ids": [
                    Command.link(self.env.ref("sales_team.group_sale_manager").id)
                ],
            }
        )
        rule = self.backend.release_rule_ids.filtered(lambda r: r.kind == "risk")
        rule.owner_id = self.owner
        self.gid = self.place(1, risk="investigate")
        self.bring_in()
        self.order = self.sale_order()

    def activities(self):
        return self.order.activity_ids.filtered(lambda a: a.user_id == self.owner)

    def test_exception_and_activity_are_the_owners(self):
        self.assertEqual((self.order.state, self.order.hub_hold), ("draft", "held"))
        message = self.message()
        self.assertEqual(message.state, "failed")
        self.assertEqual(message.res_id, self.order.id)
        problem = message.exception_id
        self.assertEqual((problem.category, problem.user_id), ("business", self.owner))
        self.assertEqual(len(self.activities()), 1)

    def test_second_look_says_nothing_twice(self):
        self.message().action_retry()
        self.settle()
        self.assertEqual(self.message().state, "failed")
        self.assertEqual(len(self.activities()), 1)

    def test_confirm_refuses_what_is_on_hold(self):
        with self.assertRaisesRegex(UserError, "on hold"):
            self.order.action_confirm()

    def test_person_releases_it(self):
        self.order.with_user(self.owner).action_hub_release()
        self.assertEqual((self.order.state, self.order.hub_hold), ("sale", "released"))
        self.assertEqual(self.order.hub_released_by_id, self.owner)
        self.assertFalse(self.activities())
        entry = self.env["hub.audit"].search([("kind", "=", "approval")], limit=1)
        self.assertEqual((entry.user_id, entry.res_id), (self.owner, self.order.id))
        self.settle()
        self.assertEqual(self.message().state, "done")
        self.assertEqual(self.exceptions(self.backend).state, "resolved")

    def test_salesperson_does_not_release(self):
        seller = self.env["res.users"].create(
            {
                "name": "Seller",
                "login": "seller",
                "group_ids": [
                    Command.link(
                        self.env.ref("sales_team.group_sale_salesman_all_leads").id
                    )
                ],
            }
        )
        with self.assertRaises(AccessError):
            self.order.with_user(seller).action_hub_release()
        for value in (False, "released"):
            with self.assertRaises(AccessError):
                self.order.with_user(seller).write({"hub_hold": value})
        with self.assertRaises(UserError):
            self.order.with_user(seller).action_confirm()
        self.assertEqual((self.order.state, self.order.hub_hold), ("draft", "held"))

    def test_news_that_removes_the_reason_confirms(self):
        self.place(1, samples.later(), risk="accept")
        self.hint(self.gid)
        self.settle()
        self.assertEqual((self.order.state, self.order.hub_hold), ("sale", False))
        self.assertFalse(self.activities())
        self.assertEqual(set(self.states(self.order_flow)) - {"superseded"}, {"done"})
        self.assertEqual(self.exceptions(self.backend).state, "resolved")
