# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from decimal import Decimal

from odoo.fields import Command

ZERO = Decimal(0)
ONE = Decimal(1)


def lines_of(order):
    """Return {remote id: line} of an order's lines."""
    return {
        line.hub_external_id: line for line in order.order_line if line.hub_external_id
    }


class Plan:
    """The lines of the credit note of one refund, and what they come to.

    ``waits``: a part of it belongs to something that is not invoiced yet; nothing is
    booked then. Nothing is written before :meth:`settle`.
    """

    def __init__(self, backend, record, invoiced):
        """:param invoiced: {line: quantity} that other plans of the batch left."""
        self.env = record.env
        self.backend = backend
        self.order = record.order_id
        self.currency = self.order.currency_id
        self.included = record.taxes_included
        self.invoices = self.order.invoice_ids.filtered(_is_invoice)
        self.lines = lines_of(self.order)
        self.invoiced, self.taken = invoiced, defaultdict(float)
        self.rows, self.total, self.waits = [], ZERO, False
        self.charges, self.dropped = [], []
        self._add_all(record.document())
        if not self.invoices and self.total < 0 and self._is_over():
            # of this order, nothing but what was kept back will ever be invoiced
            self.waits = False

    def settle(self):
        """Have what is credited, or will never be invoiced, counted."""
        for line, quantity in self.taken.items():
            self.invoiced[line] = self._invoiced(line) - quantity
        for line in self.charges:
            line.hub_refunded_qty += 1.0
        for line in self.dropped:
            line.hub_refunded_qty = line.product_uom_qty

    def _add_all(self, refund):
        for row in refund.lines:
            self._add_goods(row)
        for charge in refund.shipping:
            line = self.lines.get(charge.line_id)
            name = self.env._("Refund of shipping")
            self._add_charge(line, name, charge.net, charge.tax)
        if refund.duties:
            product = self.backend.duties_product_id
            line = self.order.order_line.filtered(lambda r: r.product_id == product)
            name = self.env._("Refund of duties")
            self._add_charge(line[:1], name, refund.duties, refund.duty_taxes)
        for row in refund.adjustments:
            name = self.env._("Refund without goods")
            if row.net < 0:
                name = self.env._("Kept back from the refund")
            self._add_amount(name, row)

    def _is_over(self):
        """Return whether nothing of the order is left to be invoiced."""
        lines = self.order.order_line.filtered(lambda row: not row.display_type)
        return all(
            line in self.dropped
            or line.qty_invoiced + line.hub_refunded_qty >= line.product_uom_qty
            for line in lines
        )

    def _invoiced(self, line):
        """Return how much of a line was invoiced when this refund came."""
        return self.invoiced.setdefault(line, line.qty_invoiced_posted)

    def _add_goods(self, row):
        line = self.lines.get(row.line_id)
        if not line and self.order.sudo()._hub_open_edit():
            # it may be what the store added: nobody has invoiced that yet
            self.waits = True
            return
        if not line:
            # an edit took it off the order, or a person did
            self._add_amount(self.env._("Refund"), row)
            return
        kept = line.product_uom_qty - line.hub_refunded_qty
        left = self._invoiced(line) - self.taken[line] - kept
        units = min(max(left, 0.0), float(row.quantity))
        if units:
            units = Decimal(f"{units:f}")
            share = units / row.quantity
            self._add(line, line.name, units, row.net * share, row.tax * share)

    def _add_charge(self, line, name, net, tax):
        """Add a part of a delivery charge or of duties, which have no quantities."""
        if not line:
            gross = net if self.included else net + tax
            self._add(line, name, ONE, gross, ZERO)
        elif self._invoiced(line) + line.hub_refunded_qty >= line.product_uom_qty:
            self._add(line, name, ONE, net, tax)
            self.charges.append(line)
        elif self.currency.compare_amounts(
            line.price_total, float(net if self.included else net + tax)
        ):
            self.waits = True
        else:
            # all of it, before it was invoiced: it never will be
            self.dropped.append(line)

    def _add_amount(self, name, row):
        gross = row.net if self.included else row.net + row.tax
        self._add(None, name, ONE, gross, ZERO)

    def _add(self, line, name, units, net, tax):
        if not self.invoices:
            self.waits = True
        product = line.product_id if line else self.backend.refund_product_id
        product = product or self.backend.custom_product_id
        gross = net if self.included else net + tax
        self.total += round(gross, self.currency.decimal_places)
        row = {
            "product_id": product.id,
            "name": name,
            "quantity": float(units),
            "price_unit": float(net / units),
            "discount": 0.0,
            "tax_ids": [Command.set(line.tax_ids.ids if line else [])],
        }
        if line:
            row["product_uom_id"] = line.product_uom_id.id
            row["sale_line_ids"] = [Command.link(line.id)]
            row["analytic_distribution"] = line.analytic_distribution
            self.taken[line] += float(units)
        self.rows.append(row)


def _is_invoice(move):
    return move.state == "posted" and move.move_type == "out_invoice"
