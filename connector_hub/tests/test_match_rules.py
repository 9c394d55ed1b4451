# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError

from odoo.addons.connector_hub.exceptions import AmbiguousMatch

from . import samples
from .common import HubCase


class TestMatchRules(HubCase):
    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.customer_flow = self.flow(self.backend, "customer")
        self.product_flow = self.flow(self.backend, "product")
        self.order_flow = self.flow(self.backend)

    def rule(self, document, path, **values):
        """Change, and switch on, the backend's rule of a path."""
        rule = self.env["hub.match.rule"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("document", "=", document),
                ("path", "=", path),
                ("active", "in", (True, False)),
            ]
        )
        rule.write({"active": True, **values})
        return rule

    def partner(self, **values):
        return self.env["res.partner"].create({"name": "Known", **values})

    def product(self, **values):
        return self.env["product.product"].create({"name": "Known", **values})

    def bring_in(self, flow, *rows):
        tasks = self.import_documents(flow, *rows)
        self.assertEqual([task.error for task in tasks], [None] * len(rows))
        records = [self.record_of(task) for task in tasks]
        return records[0] if len(records) == 1 else records

    def refuse(self, flow, row):
        (task,) = self.import_documents(flow, row)
        self.assertIsInstance(task.error, AmbiguousMatch)
        self.assertTrue(task.error.message and task.error.remedy)
        return task.error

    # === SETTING THEM UP ===#

    def test_new_backend_has_the_usual_rules(self):
        active = self.backend.match_rule_ids.mapped("path")
        self.assertEqual(active, ["email", "variants.sku", "variants.barcode", "name"])
        everything = self.backend.with_context(active_test=False).match_rule_ids
        self.assertIn("tax_id", everything.mapped("path"))

    def test_path_that_the_document_has_not_is_refused(self):
        for document, path in (
            ("customer", "mail"),
            ("customer", "default_address"),
            ("customer", "extra"),
            ("product", "sku"),
            ("product", "variants"),
        ):
            with self.assertRaises(ValidationError, msg=path):
                self.rule("customer", "email").copy(
                    {
                        "document": document,
                        "path": path,
                        "field_name": "default_code"
                        if document == "product"
                        else "ref",
                    }
                )

    def test_paths_into_parts_and_extras_are_accepted(self):
        for path in ("default_address.phone", "extra.acme.number"):
            self.rule("customer", "email").copy({"path": path, "field_name": "ref"})

    def test_field_that_is_no_stored_text_is_refused(self):
        for name in (
            "nonsense",
            "country_id",
            "display_name",
            "commercial_company_name2",
        ):
            with self.assertRaises(ValidationError, msg=name):
                self.rule("customer", "email").field_name = name

    # === KEYS ===#

    def test_customer_is_found_by_its_tax_id_however_written(self):
        self.rule("customer", "tax_id")
        known = self.partner(vat="BE 0477.472.701")
        found = self.bring_in(
            self.customer_flow, samples.customer(1, tax_id="be0477472701")
        )
        self.assertEqual(found, known)

    def test_customer_is_found_by_its_number(self):
        self.rule("customer", "external_id")
        known = self.partner(ref="C1")
        self.assertEqual(self.bring_in(self.customer_flow, samples.customer(1)), known)

    def test_customer_is_found_by_its_name_ignoring_case_and_spaces(self):
        self.rule("customer", "name")
        known = self.partner(name="Ruth  BUYER")
        row = samples.customer(1, name=" ruth buyer ")
        self.assertEqual(self.bring_in(self.customer_flow, row), known)

    def test_product_is_found_by_a_sku_without_leading_zeros(self):
        self.rule("product", "variants.sku", method="code")
        known = self.product(default_code="ab-12")
        row = samples.product(1, variants=[samples.variant(1, sku="00AB-12 ")])
        found = self.bring_in(self.product_flow, row)
        self.assertEqual(found, known.product_tmpl_id)

    def test_product_is_found_by_its_translated_name(self):
        self.rule("product", "variants.sku").write(
            {"path": "variants.title", "field_name": "name", "method": "text"}
        )
        known = self.product(name="Linen Shirt")
        row = samples.product(1, variants=[samples.variant(1, title="linen shirt")])
        found = self.bring_in(self.product_flow, row)
        self.assertEqual(found, known.product_tmpl_id)

    def test_first_rule_that_finds_something_decides(self):
        self.rule("customer", "tax_id")
        by_vat = self.partner(vat="BE0477472701")
        by_email = self.partner(email="buyer1@example.com")
        row = samples.customer(1, tax_id="BE0477472701")
        self.assertEqual(self.bring_in(self.customer_flow, row), by_email)
        self.rule("customer", "email", sequence=99)
        row = samples.customer(2, tax_id="BE0477472701", email="buyer1@example.com")
        self.assertEqual(self.bring_in(self.customer_flow, row), by_vat)

    def test_rule_that_is_switched_off_finds_nothing(self):
        known = self.partner(email="buyer1@example.com")
        self.rule("customer", "email", active=False)
        found = self.bring_in(self.customer_flow, samples.customer(1))
        self.assertNotEqual(found, known)

    # === SEVERAL FIT ===#

    def test_strict_rule_asks_when_several_contacts_fit(self):
        self.rule("customer", "email", ambiguous="ask")
        self.partner(email="buyer1@example.com", name="Twin A")
        self.partner(email="buyer1@example.com", name="Twin B")
        error = self.refuse(self.customer_flow, samples.customer(1))
        self.assertIn("Twin A", error.message)
        self.assertIn("Twin B", error.message)
        self.assertFalse(self.bound(self.backend, "customer", "C1"))

    def test_main_contact_is_no_ambiguity_beside_its_child(self):
        self.rule("customer", "email", ambiguous="ask")
        main = self.partner(email="buyer1@example.com")
        self.partner(email="buyer1@example.com", parent_id=main.id)
        self.assertEqual(self.bring_in(self.customer_flow, samples.customer(1)), main)

    def test_rule_may_create_another_one(self):
        self.rule("customer", "email", ambiguous="create")
        twins = [self.partner(email="buyer1@example.com") for _n in range(2)]
        found = self.bring_in(self.customer_flow, samples.customer(1))
        self.assertNotIn(found, twins)

    def test_ambiguous_record_does_not_hold_back_the_others(self):
        self.rule("customer", "email", ambiguous="ask")
        for _n in range(2):
            self.partner(email="buyer1@example.com")
        tasks = self.import_documents(
            self.customer_flow, samples.customer(1), samples.customer(2)
        )
        self.assertEqual([task.state for task in tasks], ["", "done"])

    def test_strict_rule_asks_when_another_remote_record_has_the_contact(self):
        self.rule("customer", "email", ambiguous="ask")
        first = self.bring_in(self.customer_flow, samples.customer(1))
        row = samples.customer(2, email="buyer1@example.com")
        error = self.refuse(self.customer_flow, row)
        self.assertIn(first.display_name, error.message)

    def test_strict_rule_asks_when_two_of_a_batch_claim_one_product(self):
        self.rule("product", "variants.sku", ambiguous="ask")
        self.product(default_code="SAME")
        tasks = self.import_documents(
            self.product_flow,
            samples.product(1, variants=[samples.variant(1, sku="SAME")]),
            samples.product(2, variants=[samples.variant(2, sku="SAME")]),
        )
        for task in tasks:
            self.assertIsInstance(task.error, AmbiguousMatch)

    def test_order_waits_until_its_buyer_is_clear(self):
        self.rule("customer", "email", ambiguous="ask")
        for _n in range(2):
            self.partner(email="buyer1@example.com")
        tasks = self.import_documents(
            self.order_flow, samples.order(1), samples.order(2)
        )
        self.assertIsInstance(tasks[0].error, AmbiguousMatch)
        self.assertEqual(tasks[1].state, "done")
        self.assertFalse(self.bound(self.backend, "order", "O1"))

    def test_order_waits_until_its_product_is_clear(self):
        self.rule("product", "variants.sku", ambiguous="ask")
        for _n in range(2):
            self.product(default_code="SKU-1")
        error = self.refuse(self.order_flow, samples.order(1))
        self.assertEqual(error.value, "V1")

    # === ARCHIVED ===#

    def test_archived_product_gets_no_twin(self):
        known = self.product(default_code="SKU-1", active=False)
        found = self.bring_in(self.product_flow, samples.product(1))
        self.assertEqual(found, known.product_tmpl_id)
        self.assertFalse(known.active)
        self.assertEqual(self.bound(self.backend, "variant", "V1"), known)

    def test_archived_product_is_unarchived_where_the_rule_says_so(self):
        self.rule("product", "variants.sku", archived="unarchive")
        known = self.product(default_code="SKU-1")
        known.product_tmpl_id.action_archive()
        found = self.bring_in(self.product_flow, samples.product(1))
        self.assertEqual(found, known.product_tmpl_id)
        self.assertTrue(known.active and found.active)

    def test_active_record_comes_before_an_archived_one(self):
        self.product(default_code="SKU-1", active=False)
        known = self.product(default_code="SKU-1")
        found = self.bring_in(self.product_flow, samples.product(1))
        self.assertEqual(found, known.product_tmpl_id)

    # === ONE REMOTE PRODUCT, SEVERAL IN ODOO ===#

    SIZES = {"options": [{"name": "Size", "values": ["S", "M"]}]}

    def sizes(self):
        return [
            samples.variant(1, option_values=("S",)),
            samples.variant(2, option_values=("M",)),
        ]

    def test_variants_that_are_products_of_their_own_are_linked_and_left_alone(self):
        small = self.product(name="Shirt S", default_code="SKU-1")
        medium = self.product(name="Shirt M", default_code="SKU-2")
        row = samples.product(1, variants=self.sizes(), **self.SIZES)
        before = self.env["product.template"].search_count([])
        self.bring_in(self.product_flow, row)
        self.bring_in(
            self.product_flow, {**row, "title": "New", "version": samples.later()}
        )
        self.assertEqual(self.env["product.template"].search_count([]), before)
        self.assertEqual(self.bound(self.backend, "variant", "V1"), small)
        self.assertEqual(self.bound(self.backend, "variant", "V2"), medium)
        self.assertEqual(small.name, "Shirt S")

    def test_product_scattered_over_others_with_a_part_missing_is_asked_about(self):
        self.product(default_code="SKU-1")
        self.product(default_code="SKU-2")
        variants = [*self.sizes(), samples.variant(3, option_values=("L",))]
        row = samples.product(
            1,
            variants=variants,
            options=[{"name": "Size", "values": ["S", "M", "L"]}],
        )
        self.refuse(self.product_flow, row)

    # === HOW MANY STATEMENTS ===#

    def test_each_rule_costs_one_query_whatever_the_batch(self):
        self.rule("customer", "tax_id")

        def lookups(first, count):
            rows = [samples.customer(first + n, tax_id=f"T{n}") for n in range(count)]
            with self.queries() as found:
                self.import_documents(self.customer_flow, *rows)
            return len([q for q in found if "= ANY" in q and "res_partner" in q])

        lookups(1, 2)
        self.assertEqual(lookups(100, 3), lookups(200, 40))
