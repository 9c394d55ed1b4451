# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from decimal import Decimal

from odoo.addons.connector_hub.exceptions import BusinessRuleError

from .export_case import ExportCase

MANY = 1000
#: seconds in which 10,000 levels must be said at the latest
LIMIT = 3

_logger = logging.getLogger(__name__)


class TestExporterStock(ExportCase):
    def levels(self, product):
        document = self.said("stock", product)
        return {level.location_id: level.available for level in document.levels}

    def test_says_what_is_on_hand_and_not_reserved(self):
        self.map_location()
        product = self.make_products()
        self.link(product)
        self.put_stock(product, 10, reserved=3)
        document = self.said("stock", product)
        self.assertEqual((document.external_id, document.sku), ("V1", "T0"))
        self.assertEqual(self.levels(product), {"LOC": Decimal(7)})

    def test_formula_is_chosen_on_the_flow(self):
        self.map_location()
        product = self.make_products()
        self.put_stock(product, 10, reserved=3)
        self.out("stock").stock_formula = "on_hand"
        self.assertEqual(self.levels(product), {"LOC": Decimal(10)})

    def test_forecast_counts_what_is_planned(self):
        self.map_location()
        product = self.make_products()
        self.put_stock(product, 10)
        customers = self.env.ref("stock.stock_location_customers")
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 4,
                "location_id": self.shelf.id,
                "location_dest_id": customers.id,
            }
        )
        move._action_confirm()
        self.out("stock").stock_formula = "forecast"
        self.assertEqual(self.levels(product), {"LOC": Decimal(6)})

    def test_safety_stock_is_kept_back_and_nothing_is_below_zero(self):
        self.map_location()
        rich, poor, owing = self.make_products(3)
        self.put_stock(rich, 10)
        self.put_stock(poor, 2)
        self.put_stock(owing, -5)
        self.out("stock").safety_stock = 3
        found = [self.levels(product)["LOC"] for product in (rich, poor, owing)]
        self.assertEqual(found, [7, 0, 0])

    def test_location_counts_with_everything_below_it(self):
        below = self.env["stock.location"].create(
            {"name": "Bin", "location_id": self.shelf.id}
        )
        outside = self.env["stock.location"].create(
            {"name": "Far", "location_id": self.warehouse.view_location_id.id}
        )
        self.map_location(name="SHELF")
        self.map_location(self.warehouse.view_location_id, name="HOUSE")
        product = self.make_products()
        self.put_stock(product, 1)
        self.put_stock(product, 2, below)
        self.put_stock(product, 4, outside)
        self.assertEqual(self.levels(product), {"HOUSE": 7, "SHELF": 3})

    def test_location_left_out_is_not_spoken_of(self):
        self.map_location()
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "location",
                "remote_value": "POPUP",
                "ignored": True,
            }
        )
        self.assertEqual(self.levels(self.make_products()), {"LOC": 0})

    def test_without_a_mapped_location_a_person_is_told_what_to_do(self):
        error = self.said("stock", self.make_products())
        self.assertIsInstance(error, BusinessRuleError)
        self.assertIn("Map the locations", error.remedy)

    def test_services_and_what_is_gone_are_not_spoken_of(self):
        self.map_location()
        service = self.make_products(is_storable=False, type="service")
        gone = self.make_products()
        ids = [service.id, gone.id]
        gone.unlink()
        self.env.flush_all()
        flow = self.out("stock")
        self.assertFalse(flow._exporter().to_documents(flow, ids))

    def test_quantities_are_exact_to_the_unit(self):
        self.map_location()
        product = self.make_products()
        self.put_stock(product, 0.1)
        self.put_stock(product, 0.2)
        self.assertEqual(self.levels(product), {"LOC": Decimal("0.3")})

    def test_only_linked_variants_are_relevant(self):
        linked, stranger = self.make_products(2)
        self.link(linked)
        flow = self.out("stock")
        ids = [linked.id, stranger.id]
        self.assertEqual(flow._exporter().relevant(flow, ids), {linked.id})
        self.assertEqual(flow._exporter().all_ids(flow, 0, 10), [linked.id])
        self.assertFalse(flow._exporter().all_ids(flow, linked.id, 10))

    def test_statements_do_not_grow_with_the_products(self):
        self.map_location()
        self.map_location(self.warehouse.view_location_id, name="HOUSE")
        products = self.make_products(60)
        self.link(products)
        self.put_stock(products, 5)
        for formula in ("free", "forecast"):
            self.out("stock").stock_formula = formula
            few = self.statements("stock", products[:2])
            self.assertLessEqual(self.statements("stock", products), few, formula)

    def test_ten_thousand_levels_are_said_in_time(self):
        for number in range(10):
            self.map_location(
                self.env["stock.location"].create(
                    {"name": f"Shop {number}", "location_id": self.shelf.id}
                ),
                name=f"L{number}",
            )
        products = self.make_products(MANY)
        self.link(products)
        locations = self.env["hub.mapping"].search(
            [("backend_id", "=", self.backend.id)]
        )
        for mapping in locations:
            self.put_stock(products, 5, mapping.location_id)
        self.env.flush_all()
        self.env.invalidate_all()
        flow = self.out("stock")
        exporter = flow._exporter()
        started = time.perf_counter()
        with self.queries() as found:
            documents = exporter.to_documents(flow, products.ids)
        seconds = time.perf_counter() - started
        count = sum(len(document.levels) for document in documents.values())
        _logger.info("%s levels in %.2f s, %s statements", count, seconds, len(found))
        self.assertEqual(count, 10 * MANY)
        self.assertLess(seconds, LIMIT)
