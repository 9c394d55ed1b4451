# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .order_case import OrderCase


class TestImporterAddress(OrderCase):
    def bring(self, number, billing, shipping, **values):
        row = samples.order(
            number,
            customer=samples.customer(1),
            billing=None if billing is None else samples.address(**billing),
            shipping=None if shipping is None else samples.address(**shipping),
            **values,
        )
        return self.bring_in(row)

    def test_own_addresses_are_children_of_the_buyer(self):
        order = self.bring(1, {"street": "Bill 1"}, {"street": "Ship 2"})
        self.assertEqual(order.partner_invoice_id.type, "invoice")
        self.assertEqual(order.partner_shipping_id.type, "delivery")
        self.assertEqual(order.partner_invoice_id.parent_id, order.partner_id)
        self.assertEqual(order.partner_invoice_id.street, "Bill 1")
        self.assertEqual(order.partner_shipping_id.street, "Ship 2")

    def test_one_address_for_both_is_one_child(self):
        order = self.bring(1, {}, {})
        self.assertEqual(order.partner_invoice_id, order.partner_shipping_id)
        self.assertEqual(order.partner_invoice_id.type, "other")

    def test_same_addresses_again_make_no_new_children(self):
        first = self.bring(1, {"street": "Bill 1"}, {"street": "Ship 2"})
        second = self.bring(2, {"street": "Bill 1"}, {"street": "Ship 2"})
        self.assertEqual(second.partner_invoice_id, first.partner_invoice_id)
        self.assertEqual(second.partner_shipping_id, first.partner_shipping_id)
        self.assertEqual(len(first.partner_id.child_ids), 2)

    def test_case_and_spaces_make_no_new_address(self):
        first = self.bring(1, {"street": "Langer Weg 1"}, None)
        second = self.bring(2, {"street": "LANGER  weg 1 "}, None)
        self.assertEqual(second.partner_invoice_id, first.partner_invoice_id)

    def test_same_new_address_in_many_orders_of_a_batch_is_one_child(self):
        rows = [
            samples.order(
                number, customer=samples.customer(1), billing=samples.address()
            )
            for number in range(1, 21)
        ]
        orders = self.bring_in(*rows)
        self.assertEqual(len({o.partner_invoice_id.id for o in orders}), 1)

    def test_order_without_addresses_uses_the_buyer_itself(self):
        order = self.bring(1, None, None)
        self.assertEqual(order.partner_invoice_id, order.partner_id)
        self.assertEqual(order.partner_shipping_id, order.partner_id)

    def test_order_without_shipping_address_delivers_to_the_billing_one(self):
        order = self.bring(1, {"street": "Bill 1"}, None)
        self.assertEqual(order.partner_shipping_id, order.partner_invoice_id)

    def test_buyers_own_address_is_not_doubled(self):
        buyer = samples.customer(1, name="Anna Schmidt", email="a@example.com")
        buyer["default_address"] = samples.address()
        order = self.bring_in(
            samples.order(1, customer=buyer, billing=samples.address())
        )
        self.assertEqual(order.partner_invoice_id, order.partner_id)

    def test_unknown_country_is_left_empty(self):
        order = self.bring(1, {"country": "QQ"}, None)
        self.assertFalse(order.partner_invoice_id.country_id)
        self.assertEqual(order.partner_invoice_id.city, "Berlin")

    def test_region_is_found_by_code_or_by_name(self):
        oregon = self.env["res.country.state"].search(
            [("code", "=", "OR"), ("country_id.code", "=", "US")]
        )
        for number, region in enumerate(
            ({"region": "OR"}, {"region_name": "oregon"}), start=1
        ):
            order = self.bring(number, {"country": "US", "street": "x", **region}, None)
            self.assertEqual(order.partner_invoice_id.state_id, oregon)

    def test_address_written_without_its_region_is_completed_not_doubled(self):
        region = {"country": "US", "street": "x", "region": "OR"}
        first = self.bring(1, region, None).partner_invoice_id
        oregon, first.state_id = first.state_id, False
        second = self.bring(2, region, None).partner_invoice_id
        self.assertEqual((second, second.state_id), (first, oregon))

    def test_unknown_region_is_left_empty(self):
        order = self.bring(1, {"country": "US", "region": "ZZ"}, None)
        self.assertFalse(order.partner_invoice_id.state_id)
        self.assertEqual(order.partner_invoice_id.country_id.code, "US")

    def test_region_of_another_country_is_not_used(self):
        order = self.bring(1, {"country": "DE", "region": "OR"}, None)
        self.assertNotEqual(order.partner_invoice_id.state_id.country_id.code, "US")

    def test_lower_case_country_code_is_understood(self):
        order = self.bring(1, {"country": "de"}, None)
        self.assertEqual(order.partner_invoice_id.country_id.code, "DE")

    def test_nameless_address_shows_its_owner(self):
        order = self.bring(1, {"name": "", "street": "Only 1"}, None)
        self.assertFalse(order.partner_invoice_id.name)
        self.assertIn("Buyer 1", order.partner_invoice_id.display_name)

    def test_address_that_says_nothing_is_ignored(self):
        nothing = dict.fromkeys(("name", "street", "zip", "city", "country"), "")
        order = self.bring(1, nothing, None)
        self.assertEqual(order.partner_invoice_id, order.partner_id)
