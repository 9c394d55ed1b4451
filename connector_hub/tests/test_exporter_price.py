# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from .export_case import ExportCase


class TestExporterPrice(ExportCase):
    def setUp(self):
        super().setUp()
        self.currency = self.company.currency_id

    def make_pricelist(self, *rules, **values):
        return self.env["product.pricelist"].create(
            {
                "name": "Shop",
                "currency_id": self.currency.id,
                "item_ids": [(0, 0, rule) for rule in rules],
                **values,
            }
        )

    def use(self, pricelist, **values):
        self.out("price").write({"pricelist_id": pricelist.id, **values})

    def test_says_the_sales_price_in_the_company_currency(self):
        product = self.make_products(list_price=19.99)
        self.link(product)
        said = self.said("price", product)
        self.assertEqual((said.external_id, said.sku), ("V1", "T0"))
        self.assertEqual(
            (said.price, said.currency), (Decimal("19.99"), self.currency.name)
        )
        self.assertNotIn("compare_at_price", said.model_fields_set)

    def test_says_the_price_of_the_flows_price_list(self):
        product = self.make_products(list_price=20)
        self.use(
            self.make_pricelist({"compute_price": "percentage", "percent_price": 10})
        )
        self.assertEqual(self.said("price", product).price, 18)

    def test_price_list_in_another_currency(self):
        other = self.env.ref("base.CHF")
        other.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "rate": 2,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        product = self.make_products(list_price=20)
        self.use(self.make_pricelist(currency_id=other.id))
        said = self.said("price", product)
        self.assertEqual(said.currency, "CHF")
        self.assertEqual(said.price, 40)

    def test_price_before_the_reduction_is_shown_on_request(self):
        cheaper, same = self.make_products(2, list_price=20)
        rule = {
            "applied_on": "0_product_variant",
            "product_id": cheaper.id,
            "product_tmpl_id": cheaper.product_tmpl_id.id,
            "fixed_price": 15,
        }
        self.use(self.make_pricelist(rule), compare_price=True)
        found = self.export("price", cheaper | same)
        self.assertEqual(found[cheaper.id].price, 15)
        self.assertEqual(found[cheaper.id].compare_at_price, 20)
        self.assertIsNone(found[same.id].compare_at_price)
        self.assertIn("compare_at_price", found[same.id].model_fields_set)

    def test_variant_that_costs_extra(self):
        template = self.make_sizes("S", "XL", list_price=20)
        template.attribute_line_ids.product_template_value_ids[1].price_extra = 3
        found = self.export("price", template.product_variant_ids)
        self.assertEqual(sorted(said.price for said in found.values()), [20, 23])

    def test_statements_do_not_grow_with_the_products(self):
        products = self.make_products(60, list_price=5)
        self.link(products)
        self.use(
            self.make_pricelist({"compute_price": "percentage", "percent_price": 10}),
            compare_price=True,
        )
        few = self.statements("price", products[:2])
        self.assertLessEqual(self.statements("price", products), few)

    # === WHAT A CHANGE CONCERNS ===#

    def test_rule_of_one_product_concerns_it_alone(self):
        template = self.make_sizes("S", "M")
        other = self.make_products()
        self.link(template.product_variant_ids | other)
        pricelist = self.make_pricelist()
        self.use(pricelist)
        self.listen(self.backend, "price")
        self.roots("price")
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": pricelist.id,
                "applied_on": "1_product",
                "product_tmpl_id": template.id,
                "fixed_price": 9,
            }
        )
        self.assertEqual(self.roots("price"), set(template.product_variant_ids.ids))
        pricelist.item_ids.fixed_price = 8
        self.assertEqual(self.roots("price"), set(template.product_variant_ids.ids))
        pricelist.item_ids.unlink()
        self.assertEqual(self.roots("price"), set(template.product_variant_ids.ids))

    def test_rule_for_all_concerns_all_linked_products(self):
        products = self.make_products(3)
        self.link(products[:2])
        pricelist = self.make_pricelist({"fixed_price": 5})
        based_on_it = self.make_pricelist(
            {
                "compute_price": "formula",
                "base": "pricelist",
                "base_pricelist_id": pricelist.id,
            }
        )
        self.use(based_on_it)
        self.listen(self.backend, "price")
        self.roots("price")
        pricelist.item_ids.fixed_price = 6
        self.assertEqual(self.roots("price"), set(products[:2].ids))
        pricelist.item_ids.unlink()
        self.assertEqual(self.roots("price"), set(products[:2].ids))

    def test_rule_of_another_price_list_concerns_nothing(self):
        self.link(self.make_products())
        other = self.make_pricelist({"fixed_price": 5})
        self.use(self.make_pricelist())
        self.listen(self.backend, "price")
        self.roots("price")
        other.item_ids.fixed_price = 6
        self.assertFalse(self.roots("price"))

    def test_rule_whose_time_has_come_is_noted(self):
        product = self.make_products()
        self.link(product)
        rule = {"fixed_price": 5, "date_start": "2026-10-01 08:00:00"}
        later = {"fixed_price": 4, "date_start": "2099-10-01 08:00:00"}
        self.use(
            self.make_pricelist(rule, later), prices_checked_at="2026-10-01 07:00:00"
        )
        flow = self.listen(self.backend, "price")
        self.marks("price")
        flow._cron_price_dates()
        self.assertEqual(
            [res_id for _model, res_id, _op in self.marks("price")],
            flow.pricelist_id.item_ids.filtered(lambda r: r.fixed_price == 5).ids,
        )
        flow._cron_price_dates()
        self.assertFalse(self.marks("price"))

    def test_changed_sales_price_concerns_the_variants(self):
        template = self.make_sizes("S", "M")
        self.link(template.product_variant_ids)
        self.listen(self.backend, "price")
        template.list_price = 30
        self.assertEqual(self.roots("price"), set(template.product_variant_ids.ids))
        template.attribute_line_ids.product_template_value_ids[1].price_extra = 3
        self.assertEqual(len(self.roots("price")), 1)
