# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models

from ..exceptions import BusinessRuleError

#: sequence of the rounding line, by which it is known again
ROUNDING_PLACE = 9999


class ImporterOrderParity(models.AbstractModel):
    """The total in Odoo is the total the buyer saw."""

    _name = "hub.importer.order.parity"
    _description = "Total Parity of Orders"

    @api.private
    def enforce(self, backend, pairs):
        """Compare totals; add rounding lines within the limit.

        An order has at most one: several small ones would hide a large difference.

        :param pairs: [(task, sale order)]
        :return: the orders that still differ; their tasks have an error
        """
        wrong = self.env["sale.order"]
        corrections = []
        for task, order in pairs:
            if self._is_wrong_otherwise(task, order):
                task.error = self._error(backend, task.document, order)
                wrong += order
                continue
            if not self._difference(task, order):
                continue
            self.rounding_lines(order).unlink()
            difference = self._difference(task, order)
            if not difference:
                continue
            if abs(difference) <= self._limit(backend, order):
                corrections.append(self._rounding_line(backend, order, difference))
            else:
                task.error = self._error(backend, task.document, order)
                wrong += order
        self.env["sale.order.line"].create(corrections)
        return wrong

    @api.private
    def rounding_lines(self, order):
        """Return the lines of an order that stand for a rounding difference."""
        return order.order_line.filtered(lambda line: line.sequence == ROUNDING_PLACE)

    def _is_wrong_otherwise(self, task, order):
        """Return whether currency or taxes differ, which an equal total can hide.

        Taxes may differ by a coin per line: companies round them in different ways.
        """
        if order.currency_id.name != task.document.currency:
            return True
        digits = order.currency_id.decimal_places
        ours = Decimal(f"{order.amount_tax:.{digits}f}")
        tolerance = max(len(order.order_line), 1) * _coin(order)
        return abs(task.expected["tax"] - ours) > tolerance

    def _difference(self, task, order):
        digits = order.currency_id.decimal_places
        return task.document.total - Decimal(f"{order.amount_total:.{digits}f}")

    def _limit(self, backend, order):
        return backend.rounding_limit * _coin(order)

    def _rounding_line(self, backend, order, difference):
        product = backend.rounding_product_id
        return {
            "order_id": order.id,
            "product_id": product.id,
            "name": self.env._("Rounding difference with %s", backend.name),
            "product_uom_qty": 1.0,
            "product_uom_id": product.uom_id.id,
            "price_unit": float(difference),
            "discount": 0.0,
            "tax_ids": [(6, 0, [])],
            "sequence": ROUNDING_PLACE,
        }

    def _error(self, backend, document, order):
        return BusinessRuleError(
            self.env._(
                "Order %(order)s: the store's total is %(theirs)s %(currency)s, Odoo"
                " calculates %(ours).2f %(our_currency)s (taxes %(their_tax)s and"
                " %(our_tax).2f).",
                order=document.name,
                theirs=document.total,
                ours=order.amount_total,
                currency=document.currency,
                our_currency=order.currency_id.name,
                their_tax=document.total_tax,
                our_tax=order.amount_tax,
            ),
            remedy=self.env._(
                "Check the taxes the order's tax lines are mapped to and the company's"
                " tax rounding, or raise the rounding limit of %s; then retry.",
                backend.name,
            ),
            title=self.env._(
                "Order totals in Odoo differ from those of %s.", backend.name
            ),
            code="total_mismatch",
            field="total",
        )


def _coin(order):
    """Return the smallest coin of an order's currency."""
    return Decimal(1).scaleb(-order.currency_id.decimal_places)
