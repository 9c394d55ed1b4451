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
            difference = Decimal(0)
            if self.difference(task, order):
                self.rounding_lines(order).unlink()
                difference = self.difference(task, order)
            if self.is_wrong(backend, task, order, difference):
                task.error = self.error(backend, task.document, order)
                wrong += order
            elif difference:
                corrections.append(
                    rounding_values(self.env, backend, order, difference)
                )
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

    @api.private
    def is_wrong(self, backend, task, order, difference):
        """Return whether an order differs by more than a rounding line may cover."""
        limit = backend.rounding_limit * _coin(order)
        return abs(difference) > limit or self._is_wrong_otherwise(task, order)

    @api.private
    def difference(self, task, order):
        """Return what is missing in Odoo's total."""
        digits = order.currency_id.decimal_places
        return task.document.total - Decimal(f"{order.amount_total:.{digits}f}")

    @api.private
    def error(self, backend, document, order):
        """Return the error of an order whose totals differ."""
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


def rounding_values(env, backend, order, difference):
    """Return the values of a rounding line."""
    product = backend.rounding_product_id
    return {
        "order_id": order.id,
        "product_id": product.id,
        "name": env._("Rounding difference with %s", backend.name),
        "product_uom_qty": 1.0,
        "product_uom_id": product.uom_id.id,
        "price_unit": float(difference),
        "discount": 0.0,
        "tax_ids": [(6, 0, [])],
        "sequence": ROUNDING_PLACE,
    }


def _coin(order):
    """Return the smallest coin of an order's currency."""
    return Decimal(1).scaleb(-order.currency_id.decimal_places)
