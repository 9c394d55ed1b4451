# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import InvalidData

from . import samples
from .common import HubCase

SHIRT = {
    "title": "Linen Shirt",
    "options": [
        {"name": "Size", "values": ["S", "M"]},
        {"name": "Colour", "values": ["Blue", "Grey"]},
    ],
    "variants": [
        samples.variant(n, option_values=values, barcode=f"400000000000{n}")
        for n, values in enumerate(
            (("S", "Blue"), ("S", "Grey"), ("M", "Blue"), ("M", "Grey")), start=1
        )
    ],
}


class TestImporterProduct(HubCase):
    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.product_flow = self.flow(self.backend, "product")

    def bring_in(self, *rows):
        tasks = self.import_documents(self.product_flow, *rows)
        self.assertEqual([task.error for task in tasks], [None] * len(rows))
        return [self.record_of(task) for task in tasks]

    def known(self, **values):
        return self.env["product.product"].create({"name": "Known", **values})

    def linked(self, number):
        return self.bound(self.backend, "variant", f"V{number}")

    # === NEW ===#

    def test_new_product_is_a_linked_template(self):
        (template,) = self.bring_in(samples.product(1))
        self.assertEqual(template.name, "Product 1")
        self.assertEqual(template.list_price, 10)
        self.assertFalse(template.company_id)
        self.assertEqual(template, self.bound(self.backend, "product", "P1"))
        self.assertEqual(self.linked(1), template.product_variant_id)

    def test_each_variant_has_its_own_sku_barcode_and_link(self):
        (template,) = self.bring_in(samples.product(1, **SHIRT))
        self.assertEqual(len(template.product_variant_ids), 4)
        for number, values in enumerate(SHIRT["variants"], start=1):
            product = self.linked(number)
            self.assertEqual(product.default_code, f"SKU-{number}")
            self.assertEqual(product.barcode, values["barcode"])
            names = product.product_template_attribute_value_ids.mapped("name")
            self.assertEqual(set(names), set(values["option_values"]))

    def test_option_with_one_value_still_tells_variants_apart(self):
        options = [
            {"name": "Size", "values": ["S", "M"]},
            {"name": "Colour", "values": ["Blue"]},
        ]
        variants = [
            samples.variant(1, option_values=("S", "Blue")),
            samples.variant(2, option_values=("M", "Blue")),
        ]
        (template,) = self.bring_in(
            samples.product(1, options=options, variants=variants)
        )
        self.assertEqual(len(template.product_variant_ids), 2)
        self.assertNotEqual(self.linked(1), self.linked(2))
        self.assertTrue(self.linked(1) and self.linked(2))

    def test_dummy_option_of_a_simple_product_makes_no_attribute(self):
        options = [{"name": "Title", "values": ["Default Title"]}]
        variants = [samples.variant(1, option_values=("Default Title",))]
        (template,) = self.bring_in(
            samples.product(1, options=options, variants=variants)
        )
        self.assertFalse(template.attribute_line_ids)

    def test_products_share_their_attributes(self):
        second = {
            **SHIRT,
            "variants": [
                {**row, "external_id": f"W{n}", "sku": f"W-{n}", "barcode": ""}
                for n, row in enumerate(SHIRT["variants"])
            ],
        }
        first, other = self.bring_in(
            samples.product(1, **SHIRT), samples.product(2, **second)
        )
        self.assertEqual(
            first.attribute_line_ids.attribute_id, other.attribute_line_ids.attribute_id
        )

    def test_services_and_goods_are_told_apart(self):
        goods, service = self.bring_in(
            samples.product(1),
            samples.product(2, variants=[samples.variant(2, requires_shipping=False)]),
        )
        self.assertEqual((goods.type, goods.is_storable), ("consu", True))
        self.assertEqual(service.type, "service")

    # === MATCHING ===#

    def test_product_is_found_by_sku(self):
        known = self.known(default_code="SKU-1")
        (template,) = self.bring_in(samples.product(1))
        self.assertEqual(template, known.product_tmpl_id)
        self.assertEqual(self.linked(1), known)

    def test_product_is_found_by_barcode(self):
        known = self.known(barcode="4012345678901")
        row = samples.product(1, variants=[samples.variant(1, barcode="4012345678901")])
        (template,) = self.bring_in(row)
        self.assertEqual(template, known.product_tmpl_id)

    def test_link_wins_over_a_sku_that_moved(self):
        (template,) = self.bring_in(samples.product(1))
        self.known(default_code="MOVED")
        row = samples.product(
            1, version=samples.later(), variants=[samples.variant(1, sku="MOVED")]
        )
        (again,) = self.bring_in(row)
        self.assertEqual(again, template)
        self.assertEqual(template.default_code, "MOVED")

    def test_oldest_product_wins_a_doubled_sku(self):
        first = self.known(default_code="SKU-1")
        self.known(default_code="SKU-1")
        self.bring_in(samples.product(1))
        self.assertEqual(self.linked(1), first)

    def test_product_of_another_company_is_not_used(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.known(default_code="SKU-1", company_id=other.id)
        (template,) = self.bring_in(samples.product(1))
        self.assertNotEqual(template, hidden.product_tmpl_id)

    def test_empty_sku_matches_nothing(self):
        self.known(default_code=False)
        first, second = self.bring_in(
            samples.product(1, variants=[samples.variant(1, sku="")]),
            samples.product(2, variants=[samples.variant(2, sku="")]),
        )
        self.assertNotEqual(first, second)

    # === UPDATES ===#

    def test_title_of_the_store_is_taken_over(self):
        (template,) = self.bring_in(samples.product(1))
        self.bring_in(samples.product(1, title="New", version=samples.later()))
        self.assertEqual(template.name, "New")

    def test_product_odoo_owns_is_not_overwritten(self):
        self.product_flow.system_of_record = "odoo"
        known = self.known(default_code="SKU-1")
        self.bring_in(samples.product(1))
        self.assertEqual(known.name, "Known")

    def test_barcode_of_another_product_is_left_out(self):
        self.known(barcode="4012345678901", default_code="OTHER")
        rows = [
            samples.variant(1),
            samples.variant(2, sku="", barcode="4012345678901"),
        ]
        self.bring_in(samples.product(1, variants=rows[:1]))
        (template,) = self.bring_in(
            samples.product(
                1,
                version=samples.later(),
                variants=[samples.variant(1, barcode="4012345678901")],
            )
        )
        self.assertFalse(template.barcode)

    def test_product_without_variants_is_invalid(self):
        (task,) = self.import_documents(
            self.product_flow, samples.product(1, variants=[])
        )
        self.assertIsInstance(task.error, InvalidData)
        self.assertTrue(task.error.remedy)

    def test_products_do_not_hold_each_other_back(self):
        tasks = self.import_documents(
            self.product_flow, samples.product(1, variants=[]), samples.product(2)
        )
        self.assertEqual([task.state for task in tasks], ["", "done"])
