# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo.exceptions import ValidationError

from odoo.addons.connector_hub.documents import Departure, Gone, flat

from .export_case import ExportCase


class TestExporterProduct(ExportCase):
    def test_says_the_product_with_its_variants(self):
        template = self.make_sizes("S", "M", description="x")
        small, medium = template.product_variant_ids
        small.write({"default_code": "SH-S", "barcode": "4006381333931", "weight": 0.2})
        self.link(template, "P", "product")
        self.link(small)
        document = self.said("product", template)
        self.assertEqual((document.external_id, document.title), ("P1", "Shirt"))
        self.assertEqual(document.options[0].name, "Size")
        self.assertEqual(document.options[0].values, ("S", "M"))
        one, two = document.variants
        self.assertEqual((one.external_id, two.external_id), ("V1", ""))
        self.assertEqual((one.sku, one.barcode), ("SH-S", "4006381333931"))
        self.assertEqual(one.weight, Decimal("0.2"))
        self.assertEqual((one.option_values, two.option_values), (("S",), ("M",)))
        self.assertEqual(two.origin, f"product.product,{medium.id}")

    def test_price_is_said_of_new_variants_only(self):
        template = self.make_sizes("S", "M", list_price=20)
        self.link(template.product_variant_ids[0])
        one, two = self.said("product", template).variants
        self.assertNotIn("price", one.model_fields_set)
        self.assertEqual(two.price, 20)

    def test_odoo_has_no_opinion_on_what_only_the_shop_knows(self):
        said = flat(self.said("product", self.make_sizes("S")), only_set=True)
        self.assertFalse({"vendor", "tags", "product_type"} & said.keys())
        self.assertFalse([path for path in said if path.endswith((".cost", ".origin"))])

    def test_not_for_sale_is_a_draft(self):
        template = self.make_sizes("S")
        self.assertEqual(self.said("product", template).status, "active")
        template.sale_ok = False
        self.assertEqual(self.said("product", template).status, "draft")

    def test_archived_product_is_gone(self):
        template = self.make_sizes("S", "M")
        self.link(template, "P", "product")
        template.active = False
        said = self.said("product", template)
        self.assertIsInstance(said, Gone)
        self.assertEqual((said.external_id, said.departure), ("P1", Departure.ARCHIVED))

    def test_archived_product_that_is_unknown_there_is_not_spoken_of(self):
        template = self.make_sizes("S")
        template.active = False
        self.assertIsNone(self.said("product", template))

    def test_archived_variant_is_said_not_to_be_sold_any_more(self):
        template = self.make_sizes("S", "M", "L")
        self.link(template.product_variant_ids[:2])
        (template.product_variant_ids - template.product_variant_ids[0]).active = False
        found = [
            (v.external_id, v.active) for v in self.said("product", template).variants
        ]
        self.assertEqual(found, [("V1", True), ("V2", False)])

    def test_weight_is_said_in_kilograms(self):
        self.env["ir.config_parameter"].set_param("product.weight_in_lbs", "1")
        product = self.make_products(weight=10)
        variant = self.said("product", product.product_tmpl_id).variants[0]
        self.assertAlmostEqual(variant.weight, Decimal("4.5359"), 3)

    # === WHICH ===#

    def relevant(self, templates):
        flow = self.out("product")
        return flow._exporter().relevant(flow, templates.ids)

    def test_only_linked_products_unless_missing_ones_may_be_created(self):
        one, two, three = self.make_products(3).product_tmpl_id
        self.link(one, "P", "product")
        three.sale_ok = False
        self.assertEqual(self.relevant(one | two | three), {one.id})
        self.out("product").export_scope = "all"
        self.assertEqual(self.relevant(one | two | three), {one.id, two.id})

    def test_a_selection_limits_what_is_created(self):
        one, two, three = self.make_products(3).product_tmpl_id
        self.link(one, "P", "product")
        flow = self.out("product")
        flow.write(
            {"export_scope": "all", "export_domain": "[('default_code', '=', 'T2')]"}
        )
        self.assertEqual(self.relevant(one | two | three), {one.id, three.id})
        found = flow._exporter().all_ids(flow, one.id - 1, 10)
        self.assertEqual(found, [one.id, three.id])

    def test_a_selection_that_cannot_be_read_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            self.out("product").export_domain = "[('no_such_field', '=', 1)]"

    def test_statements_do_not_grow_with_the_products(self):
        templates = self.make_products(50).product_tmpl_id
        self.link(templates, "P", "product")
        self.link(templates.product_variant_ids)
        few = self.statements("product", templates[:2])
        self.assertLessEqual(self.statements("product", templates), few)
