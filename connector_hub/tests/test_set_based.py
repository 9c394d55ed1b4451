# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo.tools import mute_logger

from . import samples
from .order_case import OrderCase

BATCH = 250
#: orders brought in one by one; enough for an average
SINGLES = 25

_logger = logging.getLogger(__name__)


class TestSetBased(OrderCase):
    """A batch costs a fraction of the statements that its parts cost alone."""

    def orders(self, first, count):
        """Return orders with three lines, a tax, two addresses, some regulars."""
        return [
            samples.order(
                number,
                lines=[
                    samples.line(number % 40 + n, taxes=[samples.tax(20, "2.00")])
                    for n in range(3)
                ],
                customer=samples.customer(number % 120),
                billing=samples.address(street=f"Bill {number % 120}"),
                shipping=samples.address(street=f"Ship {number % 120}"),
            )
            for number in range(first, first + count)
        ]

    def statements(self, batches):
        with self.queries() as found:
            for rows in batches:
                self.bring_in(*rows)
        return len(found)

    def test_batch_needs_a_third_of_the_statements_of_single_orders(self):
        # what is cached for ever is not counted
        self.bring_in(*self.orders(10_000, 3))
        singles = self.orders(20_000, SINGLES)
        alone = self.statements([row] for row in singles) / SINGLES
        together = self.statements([self.orders(30_000, BATCH)]) / BATCH
        _logger.info(
            "SQL statements per order: %.1f alone, %.1f in a batch of %s",
            alone,
            together,
            BATCH,
        )
        self.assertLess(together, alone / 3)

    def test_statements_to_resolve_do_not_grow_with_the_batch(self):
        """Lookups, which is every SELECT of ours, are made once per batch."""
        self.bring_in(*self.orders(10_000, 130))
        tables = ("hub_fake_", "hub_mapping", '"res_country', "product_pricelist")

        def lookups(count):
            with self.queries() as found:
                self.bring_in(*self.orders(20_000 + 1000 * count, count))
            return len(
                [q for q in found if "SELECT" in q and any(t in q for t in tables)]
            )

        few, many = lookups(3), lookups(60)
        self.assertLessEqual(many, few + 5)

    def test_one_bad_order_costs_no_retries_when_it_is_found_before_writing(self):
        rows = self.orders(40_000, 60)
        good = self.statements([self.orders(50_000, 60)])
        rows[30]["lines"][0]["taxes"] = [samples.tax(13, "2.00")]
        with self.queries() as found, mute_logger("odoo.addons.connector_hub"):
            tasks = self.attempt(*rows)
        self.assertEqual(len([task for task in tasks if task.error]), 1)
        self.assertLess(len(found), good * 1.5)
