# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Command

SIGNS = {"out_invoice": 1, "out_refund": -1}


class ImporterOrderInvoiceRounding(models.AbstractModel):
    """Cents that taxes of parts are rounded by.

    An order that is invoiced in parts, or without what was refunded before, has its
    taxes rounded for each part. The sum may then differ by a cent from what the buyer
    paid, and that cent would stay open for ever.
    """

    _name = "hub.importer.order.invoice.rounding"
    _description = "Rounding of Partial Invoices"

    @api.private
    def even_out(self, backend, invoices):
        """Have the last invoice of an order bring all of them to what it is worth.

        :param invoices: drafts, each of one order
        """
        for invoice in invoices:
            order = invoice.line_ids.sale_line_ids.order_id
            if len(order) == 1 and self._is_last(order):
                self._even_out(backend, order, invoice)

    def _is_last(self, order):
        """Return whether an order was invoiced in parts, and is all invoiced now."""
        refunds = order.sudo().hub_refund_ids
        if len(order.invoice_ids) < 2 and not refunds:
            return False
        # what these come to is not known yet
        if refunds.filtered(lambda refund: refund.credit_state != "done"):
            return False
        lines = order.order_line.filtered(lambda line: not line.display_type)
        return not any(lines._hub_left_to_invoice().values())

    def _even_out(self, backend, order, invoice):
        currency = invoice.currency_id
        counted = order.invoice_ids.filtered(lambda m: m.state == "posted") | invoice
        billed = sum(
            SIGNS.get(move.move_type, 0) * move.amount_total for move in counted
        )
        refunded = sum(order.sudo().hub_refund_ids.mapped("amount"))
        difference = currency.round(order.amount_total - refunded - billed)
        # more than that is no rounding: people changed something
        limit = backend.rounding_limit * currency.rounding
        if currency.is_zero(difference) or abs(difference) > limit:
            return
        line = {
            "product_id": backend.rounding_product_id.id,
            "name": self.env._("Rounding difference with %s", backend.name),
            "quantity": 1.0,
            "price_unit": difference,
            "tax_ids": [Command.clear()],
        }
        invoice.write({"invoice_line_ids": [Command.create(line)]})
