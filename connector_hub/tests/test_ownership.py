# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError

from . import samples
from .common import HubCase


class OwnershipCase(HubCase):
    """Customers of the imaginary system, changed on both sides."""

    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.backend = self.make_backend(self.remote)
        self.customers = self.flow(self.backend, "customer")
        self.customers.system_of_record = "both"

    def rule(self, field, owner="both", policy=False, flow=None):
        return self.env["hub.field.rule"].create(
            {
                "flow_id": (flow or self.customers).id,
                "field": field,
                "owner": owner,
                "policy": policy,
            }
        )

    def arrive(self, at=None, **values):
        """Let the remote have a new state of customer 1, and bring it in."""
        row = samples.payload("customer", samples.customer(1, **values))
        self.remote.put("customer", row, at)
        self.process()
        return self.partner

    def process(self):
        self.poll(self.customers)
        self.drain(self.customers)

    @property
    def partner(self):
        return self.bound(self.backend, "customer", "C1")

    @property
    def last(self):
        return self.messages(self.customers)[-1:]


class TestOwnership(OwnershipCase):
    """Fields changed on one side, or on both, in flows whose policy decides."""

    def test_change_of_one_side_is_not_undone_by_the_other(self):
        partner = self.arrive(phone="1")
        partner.email = "odoo@example.com"
        self.arrive(phone="2")
        self.assertEqual((partner.phone, partner.email), ("2", "odoo@example.com"))
        self.assertEqual(self.last.state, "done")

    def test_field_emptied_remotely_is_emptied(self):
        partner = self.arrive(phone="1")
        self.arrive(phone="")
        self.assertFalse(partner.phone)

    def test_name_is_never_emptied(self):
        partner = self.arrive()
        self.arrive(name="")
        self.assertEqual(partner.name, "Buyer 1")

    def test_changed_address_is_taken_field_by_field(self):
        partner = self.arrive(default_address=samples.address())
        partner.street = "Kept in Odoo 2"
        self.arrive(default_address=samples.address(city="Ulm"))
        self.assertEqual((partner.street, partner.city), ("Kept in Odoo 2", "Ulm"))

    def test_conflict_goes_to_the_connected_system(self):
        partner = self.arrive(phone="1")
        partner.phone = "2"
        self.arrive(phone="3")
        self.assertEqual(partner.phone, "3")

    def test_conflict_goes_to_odoo(self):
        self.customers.conflict_policy = "odoo"
        partner = self.arrive(phone="1")
        partner.phone = "2"
        self.arrive(phone="3")
        self.assertEqual((partner.phone, self.last.state), ("2", "done"))

    def test_conflict_goes_to_the_newest_change(self):
        self.customers.conflict_policy = "newest"
        partner = self.arrive(phone="1")
        partner.phone = "2"
        # the imaginary system lives in the past
        self.arrive(phone="3")
        self.assertEqual(partner.phone, "2")
        self.env["hub.snapshot"].store_many(
            self.backend, "customer", {"C1": {"phone": "1"}}
        )
        self.arrive(phone="4", at=samples.later(10**9))
        self.assertEqual(partner.phone, "4")

    def test_policy_of_a_field_comes_before_that_of_the_flow(self):
        self.rule("phone", policy="odoo")
        partner = self.arrive(phone="1")
        partner.write({"phone": "2", "email": "odoo@example.com"})
        self.arrive(phone="3", email="remote@example.com")
        self.assertEqual((partner.phone, partner.email), ("2", "remote@example.com"))

    def test_field_of_odoo_is_not_taken_over(self):
        self.customers.system_of_record = "remote"
        self.rule("phone", "odoo")
        partner = self.arrive(phone="1")
        self.arrive(phone="2", email="new@example.com")
        self.assertEqual((partner.phone, partner.email), ("1", "new@example.com"))

    def test_field_of_nobody_is_written_when_the_record_is_new_only(self):
        self.rule("phone", "never")
        partner = self.arrive(phone="1")
        self.arrive(phone="2")
        self.assertEqual(partner.phone, "1")

    def test_records_met_before_raise_no_conflicts(self):
        self.customers.conflict_policy = "ask"
        self.customers.system_of_record = "remote"
        partner = self.arrive(phone="1")
        partner.phone = "2"
        self.customers.system_of_record = "both"
        self.env["hub.snapshot"].forget(self.backend, "customer", ["C1"])
        self.arrive(phone="3")
        self.assertEqual((partner.phone, self.last.state), ("3", "done"))

    def test_what_odoo_cannot_hold_as_it_came_is_no_change(self):
        self.customers.conflict_policy = "ask"
        note = "two\n  lines "
        self.arrive(note=note)
        self.arrive(note="other")
        self.assertEqual(self.last.state, "done")
        self.assertIn("other", self.partner.comment)

    def test_rule_makes_unchanged_records_be_looked_at_again(self):
        before = self.customers.revision, self.customers.rules_revision
        self.rule("phone", "odoo").owner = "both"
        after = self.customers.revision, self.customers.rules_revision
        self.assertEqual(after, (before[0] + 2, before[1] + 2))

    def test_rule_names_a_field_of_the_document(self):
        with self.assertRaisesRegex(ValidationError, "no field"):
            self.rule("variants.price")

    def test_plain_flow_pays_nothing_for_ownership(self):
        self.customers.system_of_record = "remote"
        self.import_documents(self.customers, samples.customer(7))
        with self.queries() as found:
            self.import_documents(self.customers, samples.customer(8))
        tables = ("hub_snapshot", "hub_conflict", "hub_field_rule", "hub_dirty")
        self.assertFalse([q for q in found if any(t in q for t in tables)])

    def test_comparing_costs_the_same_for_many_as_for_few(self):
        def statements(first, count):
            rows = [samples.customer(first + n) for n in range(count)]
            self.import_documents(self.customers, *rows)
            later = [
                samples.customer(first + n, phone="1", version=samples.later())
                for n in range(count)
            ]
            with self.queries() as found:
                self.import_documents(self.customers, *later)
            return len([q for q in found if "hub_snapshot" in q or "hub_conflict" in q])

        statements(1000, 2)
        self.assertEqual(statements(2000, 3), statements(3000, 40))


class TestProductOwnership(HubCase):
    """Variants are compared one by one."""

    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.products = self.flow(self.backend, "product")

    def bring_in(self, seconds=0, **values):
        variant = samples.variant(1, **values)
        (task,) = self.import_documents(
            self.products,
            samples.product(1, variants=[variant], version=samples.later(seconds)),
        )
        return self.record_of(task)

    def rule(self, field, owner):
        self.env["hub.field.rule"].create(
            {"flow_id": self.products.id, "field": field, "owner": owner}
        )

    def test_change_of_each_side_is_kept(self):
        self.products.system_of_record = "both"
        template = self.bring_in(sku="A", barcode="1")
        template.write({"name": "Odoo's Name", "default_code": "A2"})
        self.bring_in(60, sku="A", barcode="2")
        found = template.name, template.default_code, template.barcode
        self.assertEqual(found, ("Odoo's Name", "A2", "2"))

    def test_variant_changed_on_both_sides_asks(self):
        self.products.write({"system_of_record": "both", "conflict_policy": "ask"})
        template = self.bring_in(sku="A")
        template.default_code = "B"
        importer = self.products.backend_id._as_bot().env["hub.importer.product"]
        variant = samples.variant(1, sku="C")
        row = samples.product(1, variants=[variant], version=samples.later(60))
        task = samples.task(samples.document("product", row), 0)
        importer.run(self.products, [task])
        self.assertEqual(list(task.decision.conflicts), ["variants[V1].sku"])
        self.assertEqual(
            (task.error.category, template.default_code), ("conflict", "B")
        )

    def test_price_follows_where_a_rule_says_so_only(self):
        template = self.bring_in(price="10.00")
        self.bring_in(60, price="12.00")
        self.assertEqual(template.list_price, 10)
        self.rule("variants.price", "remote")
        self.bring_in(120, price="13.00")
        self.assertEqual(template.list_price, 13)

    def test_sku_of_odoo_stays(self):
        self.rule("variants.sku", "odoo")
        template = self.bring_in(sku="A", barcode="1")
        self.bring_in(60, sku="B", barcode="2")
        self.assertEqual((template.default_code, template.barcode), ("A", "2"))
