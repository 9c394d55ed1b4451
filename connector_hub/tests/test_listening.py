# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
from unittest.mock import patch

from .export_case import ExportCase

MANY = 500


class TestListening(ExportCase):
    """Changes are noted in their own transaction, at no cost when nobody cares."""

    def cost(self, prepare, act):
        """Return how many statements an act needs, caches warm."""
        counts = []
        for _again in range(3):
            record = prepare()
            self.env.flush_all()
            self.env.invalidate_all()
            with self.queries() as found:
                act(record)
                self.env.flush_all()
                self.env.cr.precommit.run()
            counts.append(len(found))
        return min(counts)

    def assert_free(self, prepare, act):
        """Show that an act costs the same without the hub, while flows are stopped."""
        dirty = type(self.env["hub.dirty"])
        nothing = lambda *args, **kwargs: None  # noqa: E731
        with (
            patch.object(dirty, "mark", nothing),
            patch.object(dirty, "mark_deleted", nothing),
            patch.object(dirty, "is_watched", nothing),
        ):
            without = self.cost(prepare, act)
        self.assertEqual(self.cost(prepare, act), without)

    def template(self):
        return self.make_products().product_tmpl_id

    def rule(self):
        product = self.template()
        pricelist = self.env["product.pricelist"].create({"name": "x"})
        return self.env["product.pricelist.item"].create(
            {
                "pricelist_id": pricelist.id,
                "applied_on": "1_product",
                "product_tmpl_id": product.id,
                "fixed_price": 5,
            }
        )

    # === NOBODY LISTENS ===#

    def test_templates_cost_nothing_more(self):
        self.assert_free(lambda: None, lambda _none: self.template())
        self.assert_free(self.template, lambda record: record.write({"name": "x"}))
        self.assert_free(self.template, lambda record: record.write({"active": False}))
        self.assert_free(self.template, lambda record: record.unlink())

    def test_variants_cost_nothing_more(self):
        self.assert_free(
            self.make_products, lambda record: record.write({"default_code": "x"})
        )
        self.assert_free(self.make_products, lambda record: record.unlink())

    def test_stock_costs_nothing_more(self):
        quants = self.env["stock.quant"]
        self.assert_free(
            self.make_products,
            lambda record: quants._update_available_quantity(record, self.shelf, 5),
        )
        self.assert_free(
            lambda: self.put_stock(self.make_products(), 5),
            lambda quant: quant.write({"quantity": 7}),
        )
        self.assert_free(
            lambda: self.put_stock(self.make_products(), 5),
            lambda quant: quant.unlink(),
        )

    def test_price_rules_cost_nothing_more(self):
        self.assert_free(lambda: None, lambda _none: self.rule())
        self.assert_free(self.rule, lambda rule: rule.write({"fixed_price": 6}))
        self.assert_free(self.rule, lambda rule: rule.unlink())

    def test_moves_cost_nothing_more(self):
        self.assert_free(self.make_products, self.plan)

    def plan(self, product):
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 4,
                "location_id": self.shelf.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        return move

    def test_deliveries_cost_nothing_more(self):
        def prepare():
            product = self.make_products()
            self.put_stock(product, 10)
            picking = self.env["stock.picking"].create(
                {
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "location_id": self.shelf.id,
                    "location_dest_id": self.env.ref(
                        "stock.stock_location_customers"
                    ).id,
                }
            )
            move = self.plan(product)
            move.picking_id = picking
            move.write({"quantity": 4, "picked": True})
            return picking

        self.assert_free(prepare, lambda picking: picking._action_done())
        self.assert_free(prepare, lambda picking: picking.action_cancel())

    def test_invoices_cost_nothing_more(self):
        product = self.make_products()
        partner = self.env["res.partner"].create({"name": "Buyer"})

        def prepare():
            line = {"product_id": product.id, "quantity": 1, "price_unit": 10}
            return self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_line_ids": [(0, 0, {**line, "tax_ids": False})],
                }
            )

        self.assert_free(prepare, lambda invoice: invoice.action_post())
        self.assert_free(prepare, lambda invoice: invoice.button_cancel())

    # === SOMEBODY LISTENS ===#

    def test_many_changes_are_one_insert(self):
        templates = self.make_products(MANY).product_tmpl_id
        self.link(templates, "P", "product")

        def change(_none):
            for number, template in enumerate(templates):
                template.name = f"Renamed {number}"
                template.sale_ok = False
                template.sale_ok = True

        stopped = self.cost(lambda: None, change)
        self.listen(self.backend, "product")
        self.marks("product")
        self.assertEqual(self.cost(lambda: None, change), stopped + 1)
        self.assertEqual(len(self.marks("product")), 3 * MANY)

    def test_changes_that_are_rolled_back_are_not_noted(self):
        self.listen(self.backend, "product")
        template = self.template()
        self.marks("product")
        with contextlib.suppress(ValueError), self.env.cr.savepoint():
            template.name = "Never"
            raise ValueError
        self.assertFalse(self.marks("product"))

    def test_stock_and_price_are_told_of_what_is_linked(self):
        self.listen(self.backend, "stock", "price", "product")
        product = self.make_products()
        self.marks("product")
        self.link(product)
        mark = ("product.product", product.id, "change")
        self.env.cr.precommit.run()
        found = self.env["hub.dirty"].search([])
        self.assertEqual(set(found.flow_id.mapped("document")), {"stock", "price"})
        self.assertEqual(self.marks("price"), [mark])

    def test_renamed_options_concern_the_products_that_have_them(self):
        template = self.make_sizes("S", "M")
        self.link(template | self.template(), "P", "product")
        self.listen(self.backend, "product")
        attribute = template.attribute_line_ids.attribute_id
        for record in (attribute, attribute.value_ids[0]):
            self.marks("product")
            record.name = "Other"
            self.assertEqual(self.roots("product"), {template.id})

    def test_stock_is_told_again_when_it_is_counted_otherwise(self):
        product = self.make_products()
        self.link(product)
        flow = self.listen(self.backend, "stock")
        mark = ("product.product", product.id, "change")
        mapping = self.map_location()
        self.assertEqual(self.marks("stock"), [mark])
        mapping.location_id = self.warehouse.view_location_id
        self.assertEqual(self.marks("stock"), [mark])
        flow.safety_stock = 3
        self.assertEqual(self.marks("stock"), [mark])
        flow.priority = 3
        self.assertFalse(self.marks("stock"))

    def test_stock_is_told_again_after_a_stop(self):
        product = self.make_products()
        self.link(product)
        flow = self.listen(self.backend, "stock")
        flow.action_stop()
        self.put_stock(product, 5)
        self.assertFalse(self.marks("stock"))
        flow._start()
        self.assertEqual(
            self.marks("stock"), [("product.product", product.id, "change")]
        )

    def test_unwatched_fields_are_not_noted(self):
        self.listen(self.backend, "product", "stock")
        template = self.template()
        self.marks("product")
        template.description_purchase = "internal"
        self.assertFalse(self.marks("product"))
        template.name = "Public"
        self.assertEqual(
            self.marks("product"), [("product.template", template.id, "change")]
        )
        template.name = "Again"
        self.assertFalse(self.marks("stock"))

    def test_archiving_and_restoring_are_noted(self):
        self.listen(self.backend, "product")
        template = self.template()
        for active in (False, True):
            self.marks("product")
            template.active = active
            self.assertIn(
                ("product.template", template.id, "change"), self.marks("product")
            )

    def test_deletion_keeps_what_the_record_was_called_there(self):
        template = self.template()
        self.link(template, "P", "product")
        self.listen(self.backend, "product")
        template_id = template.id
        template.unlink()
        self.env.cr.precommit.run()
        mark = self.env["hub.dirty"].search([("operation", "=", "delete")])
        self.assertEqual(
            (mark.res_model, mark.res_id), ("product.template", template_id)
        )
        self.assertEqual(mark.data, {str(self.backend.id): ["P1"]})

    def test_deleted_variant_is_a_change_of_its_product(self):
        template = self.make_sizes("S", "M")
        self.link(template, "P", "product")
        self.listen(self.backend, "product")
        self.marks("product")
        template.product_variant_ids[0].unlink()
        self.assertEqual(self.roots("product"), {template.id})

    def test_stock_is_noted_once_per_product(self):
        products = self.make_products(3)
        self.listen(self.backend, "stock")
        self.marks("stock")
        self.put_stock(products, 5)
        quants = self.put_stock(products, 6)
        quants.write({"reserved_quantity": 1})
        found = {("product.product", product.id, "change") for product in products}
        marks = self.marks("stock")
        self.assertEqual((set(marks), len(marks)), (found, 3))

    def test_emptied_quants_that_are_tidied_away_are_not_noted(self):
        quant = self.put_stock(self.make_products(), 0)
        self.listen(self.backend, "stock")
        self.marks("stock")
        quant.unlink()
        self.assertFalse(self.marks("stock"))

    def test_plans_are_noted_where_the_forecast_is_told(self):
        product = self.make_products()
        flow = self.listen(self.backend, "stock")
        self.marks("stock")
        self.plan(product)
        self.assertFalse(self.marks("stock"))
        flow.stock_formula = "forecast"
        move = self.plan(product)
        mark = ("product.product", product.id, "change")
        self.assertEqual(self.marks("stock"), [mark])
        move._action_cancel()
        self.assertEqual(self.marks("stock"), [mark])

    def test_stopped_flows_do_not_listen(self):
        flow = self.listen(self.backend, "product")
        flow.action_stop()
        self.template()
        self.assertFalse(self.marks("product"))
