# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from . import samples
from .match_case import MatchCase

_logger = logging.getLogger(__name__)


class TestMatchingWhole(MatchCase):
    """A populated Odoo is connected with a populated store: not one duplicate."""

    def test_customers_of_both_sides_become_one_list_without_duplicates(self):
        self.rule("customer", "tax_id")
        for number in range(1, 201):
            self.customer(number, tax_id=self.tax_id(number))
        twins, shared = self.populate_customers()
        before = self.env["res.partner"].search_count([])

        run = self.match(self.customer_flow)
        self.assertEqual(run.seen_count, 200)
        counts = self.counts(self.customer_flow)
        self.assertEqual(counts["proposed"], 120)
        self.assertEqual(counts["ambiguous"], 12)
        self.assertEqual(counts["unmatched_remote"], 68)
        self.assertGreaterEqual(counts["unmatched_odoo"], 40)

        self.accept_all(self.customer_flow)
        choices = {**twins, 131: shared, 132: shared}
        for number, partner in choices.items():
            self.line(self.customer_flow, f"C{number}").choose(partner.id)
        self.bring_in(self.customer_flow)
        self.bring_in(self.customer_flow)

        self.assertEqual(set(self.states(self.customer_flow)), {"done"})
        after = self.env["res.partner"].search_count([])
        self.assertEqual(after - before, 68, "exactly what was only there")
        linked = [self.bound(self.backend, "customer", f"C{n}") for n in range(1, 201)]
        self.assertEqual(len({partner.id for partner in linked}), 199)
        _logger.info("Customers: %s before, %s after, of %s", before, after, counts)

    def populate_customers(self):
        """Return {number: one of its twins} and the contact that two customers are."""
        for number in range(1, 101):  # written differently
            email = f" BUYER{number}@Example.com "
            self.partner(name=f"Odoo {number}", email=email)
        for number in range(101, 121):  # other address, same tax id
            vat = f"be-0{number:03}.000.000"
            self.partner(vat=vat, email=f"old{number}@example.com")
        twins = {}
        for number in range(121, 131):  # twice in Odoo already
            email = f"Buyer{number}@example.com"
            twins[number] = self.partner(email=email)
            self.partner(email=email)
        for number in range(40):  # only here
            self.partner(email=f"local{number}@example.com")
        return twins, self.partner(vat="BE0131000000")

    def tax_id(self, number):
        if number in (131, 132):
            return "BE0131000000"
        return f"BE0{number}000000" if 101 <= number <= 120 else ""

    def test_products_of_both_sides_become_one_list_without_duplicates(self):
        self.rule("product", "variants.sku", method="code", ambiguous="ask")
        for number in range(1, 201):
            sku, barcode = f"00AB-{number}", self.barcode(number)
            variants = [samples.variant(number, sku=sku, barcode=barcode)]
            self.offer("product", samples.product(number, variants=variants))
        twins = self.populate_products()
        count = self.env["product.product"].with_context(active_test=False).search_count
        before = count([])

        self.match(self.product_flow)
        counts = self.counts(self.product_flow)
        self.assertEqual(counts["proposed"], 125)
        self.assertEqual(counts["ambiguous"], 5)
        self.assertEqual(counts["unmatched_remote"], 70)
        self.assertGreaterEqual(counts["unmatched_odoo"], 40)

        self.accept_all(self.product_flow)
        for number, product in twins.items():
            self.line(self.product_flow, f"V{number}").choose(product.id)
        self.matches(self.product_flow, state="unmatched_remote").action_create_record()
        self.settle()
        self.bring_in(self.product_flow)

        self.assertEqual(count([]) - before, 70, "exactly what was only there")
        linked = [self.bound(self.backend, "variant", f"V{n}") for n in range(1, 201)]
        self.assertEqual(len({product.id for product in linked}), 200)

    def populate_products(self):
        """Return {number: one of its twins}."""
        for number in range(1, 101):  # written differently
            self.product(default_code=f"ab-{number} ")
        for number in range(101, 121):  # renamed, same barcode
            self.product(default_code=f"OLD-{number}", barcode=self.barcode(number))
        for number in range(121, 126):  # archived
            self.product(default_code=f"ab-{number}", active=False)
        twins = {}
        for number in range(126, 131):  # twice in Odoo already
            twins[number] = self.product(default_code=f"AB-{number}")
            self.product(default_code=f"0ab-{number}")
        for number in range(40):  # only here
            self.product(default_code=f"LOCAL-{number}")
        return twins

    def barcode(self, number):
        return f"40000000{number:05}"

    def counts(self, flow):
        groups = self.env["hub.match"]._read_group(
            [("flow_id", "=", flow.id)], ["state"], ["__count"]
        )
        return dict(groups)

    def accept_all(self, flow):
        lines = self.env["hub.match"].with_context(hub_flow_ids=flow.ids)
        lines.action_accept_all()
