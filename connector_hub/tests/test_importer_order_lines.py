# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.connector_hub.documents import OrderLine
from odoo.addons.connector_hub.exceptions import MappingError
from odoo.addons.connector_hub.importers.order_lines import split_discount

from . import samples
from .order_case import OrderCase

CENTS = Decimal("0.01")


def _cents(low, high):
    return st.integers(low, high).map(lambda number: Decimal(number) * CENTS)


@st.composite
def discounted_lines(draw):
    """Draw (quantity, unit price, discount up to the whole amount)."""
    quantity = draw(st.integers(1, 120))
    price = draw(_cents(0, 500_000))
    discount = draw(_cents(0, int(price * quantity * 100)))
    return quantity, price, discount


class TestImporterOrderLines(OrderCase):
    # === AMOUNTS ===#

    @settings(
        max_examples=60,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(rows=st.lists(discounted_lines(), min_size=10, max_size=25))
    def test_subtotal_is_the_exact_net_amount(self, rows):
        lines = [
            samples.line(n, quantity, price, discount=str(discount))
            for n, (quantity, price, discount) in enumerate(rows)
        ]
        document = samples.document("order", samples.order(1, lines=lines))
        order = self.env["sale.order"].new(
            {"partner_id": self.company.partner_id.id, "company_id": self.company.id}
        )
        for line in document.lines:
            price, percent = split_discount(line)
            row = self.env["sale.order.line"].new(
                {
                    "order_id": order.id,
                    "product_id": self.backend.custom_product_id.id,
                    "product_uom_qty": float(line.quantity),
                    "price_unit": price,
                    "discount": percent,
                    "tax_ids": False,
                }
            )
            subtotal = Decimal(f"{row.price_subtotal:.2f}")
            self.assertEqual(subtotal, line.net.quantize(CENTS))

    def test_stored_subtotal_is_the_exact_net_amount(self):
        awkward = ((3, "9.99", "1.00"), (7, "0.10", "0.03"), (120, "4999.99", "0.01"))
        lines = [
            samples.line(n, quantity, price, discount=discount)
            for n, (quantity, price, discount) in enumerate(awkward)
        ]
        order = self.order_with(*lines)
        order.invalidate_recordset()
        found = [f"{row.price_subtotal:.2f}" for row in order.order_line]
        self.assertEqual(found, ["28.97", "0.67", "599998.79"])

    def test_exact_percentage_is_shown_as_a_discount(self):
        line = OrderLine(
            external_id="1", title="x", quantity=2, unit_price=50, discount=10
        )
        self.assertEqual(split_discount(line), (50.0, 10.0))

    def test_inexact_percentage_becomes_the_net_price(self):
        line = OrderLine(
            external_id="1", title="x", quantity=3, unit_price="9.99", discount=1
        )
        price, percent = split_discount(line)
        self.assertEqual(percent, 0)
        self.assertAlmostEqual(price * 3, 28.97, places=9)

    def test_line_without_quantity_costs_nothing(self):
        order = self.order_with(samples.line(1), samples.line(2, quantity=0))
        self.assertEqual(order.amount_total, 10)

    def test_fully_discounted_line_costs_nothing(self):
        order = self.order_with(samples.line(1), samples.line(2, discount="10.00"))
        self.assertEqual(order.order_line[1].price_subtotal, 0)

    # === PRODUCTS ===#

    def test_line_finds_its_product_by_sku_and_links_it(self):
        known = self.existing_product()
        order = self.order_with(samples.line(1))
        self.assertEqual(order.order_line.product_id, known)
        self.assertEqual(self.bound(self.backend, "variant", "V1"), known)

    def test_line_finds_its_product_by_link_when_the_sku_changed(self):
        first = self.order_with(samples.line(1))
        row = samples.order(2, lines=[samples.line(1, sku="CHANGED")])
        self.assertEqual(
            self.bring_in(row).order_line.product_id, first.order_line.product_id
        )

    def test_unknown_product_is_created_once(self):
        lines = [samples.line(n, sku="NEW", variant_id="V9") for n in range(3)]
        order = self.order_with(*lines)
        found = self.env["product.product"].search([("default_code", "=", "NEW")])
        self.assertEqual(len(found), 1)
        self.assertEqual(order.order_line.product_id, found)

    def test_unknown_product_may_be_a_placeholder(self):
        self.order_flow.unknown_product = "placeholder"
        order = self.order_with(samples.line(1))
        self.assertEqual(order.order_line.product_id, self.backend.custom_product_id)
        self.assertEqual(order.order_line.name, "Product 1")
        self.assertFalse(self.bound(self.backend, "variant", "V1"))

    def test_unknown_product_may_be_an_exception_that_names_it(self):
        self.order_flow.unknown_product = "exception"
        error = self.refuse(samples.order(1), MappingError)
        self.assertEqual((error.kind, error.value), ("product", "SKU-1"))
        self.assertIn("SKU-1", error.message)

    def test_archived_product_is_not_doubled_by_its_barcode(self):
        self.existing_product(barcode="4012345678901", active=False)
        order = self.order_with(samples.line(1, sku="", barcode="4012345678901"))
        self.assertEqual(order.amount_total, 10)

    def test_custom_line_and_gift_card_have_their_products(self):
        order = self.order_with(
            samples.line(1, kind="custom", variant_id="", sku=""),
            samples.line(2, kind="gift_card"),
        )
        self.assertEqual(
            order.order_line.mapped("product_id"),
            self.backend.custom_product_id | self.backend.gift_card_product_id,
        )

    def test_two_lines_of_one_product_stay_two_lines(self):
        order = self.order_with(samples.line(1), {**samples.line(1), "quantity": "2"})
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [1, 2])

    # === OTHER LINES ===#

    def test_shipping_tip_and_duties_are_lines_of_their_own(self):
        order = self.order_with(
            samples.line(1),
            shipping_lines=[{"title": "Post", "price": "5.00", "discount": "1.00"}],
            tip="3.00",
            duties="2.50",
        )
        found = {row.product_id: row.price_subtotal for row in order.order_line[1:]}
        backend = self.backend
        self.assertEqual(
            found,
            {
                backend.shipping_product_id: 4,
                backend.tip_product_id: 3,
                backend.duties_product_id: 2.5,
            },
        )

    def test_lines_keep_the_stores_order_and_its_words(self):
        order = self.order_with(
            samples.line(2, title="Second"),
            samples.line(1, title="First", attributes=[("Engraving", "Oma")]),
        )
        self.assertEqual(
            order.order_line.sorted("sequence").mapped("name"),
            ["Second", "First\nEngraving: Oma"],
        )

    def test_lines_know_their_remote_id(self):
        order = self.order_with(samples.line(1), samples.line(2))
        self.assertEqual(order.order_line.mapped("hub_external_id"), ["L1", "L2"])
