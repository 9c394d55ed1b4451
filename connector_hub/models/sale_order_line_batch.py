# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Command

from ..importers.batch import batch_of


class SaleOrderLine(models.Model):
    """The orders of a batch are transferred and invoiced in one go."""

    _inherit = "sale.order.line"

    # === TRANSFERS ===#

    def _action_launch_stock_rule(self, **kwargs):
        batch = batch_of(self.env.cr)
        if batch and not self.env.context.get("skip_procurement"):
            batch.reference_ids.update(self._create_references().ids)
        return super()._action_launch_stock_rule(**kwargs)

    def _create_references(self):
        """Create what Odoo would create order by order."""
        moving = self.filtered(
            lambda line: (
                line.state == "sale"
                and not line.order_id.locked
                and line.product_id.type == "consu"
                and line.product_uom_qty > 0
                and not line.move_ids
                and not line.order_id.stock_reference_ids
            )
        )
        return self.env["stock.reference"].create(
            [
                lines[:1]._prepare_reference_vals()
                for lines in moving.grouped("order_id").values()
            ]
        )

    # === INVOICES ===#

    def write(self, vals):
        """Leave out what Odoo sets line by line to what it is already."""
        if len(vals) == 1 and len(self) == 1 and "qty_to_invoice" in vals:
            if batch_of(self.env.cr) and self.qty_to_invoice == vals["qty_to_invoice"]:
                return True
        return super().write(vals)

    def _prepare_invoice_line(self, **optional_values):
        """Say at once what Odoo is going to find out for the items of an invoice.

        Where it comes to another result it corrects the item, which is what would
        happen to each of them otherwise. Only where it does.
        """
        values = super()._prepare_invoice_line(**optional_values)
        batch = batch_of(self.env.cr)
        if batch and self._is_invoiced_as_ordered() and self._is_corrected(batch):
            amount = -self.price_subtotal
            tags = batch.once(("tags", *self.tax_ids.ids), self._base_tags)
            hint = {"amount_currency": amount, "balance": amount}
            hint["tax_tag_ids"] = [Command.set(tags)]
            values = {**hint, **values}
        return values

    def _is_invoiced_as_ordered(self):
        order = self.order_id
        return (
            not self.display_type
            and not self.is_downpayment
            and not self.qty_invoiced
            and self.qty_to_invoice == self.product_uom_qty
            and order.currency_id == order.company_id.currency_id
            and order.amount_total > 0
        )

    def _is_corrected(self, batch):
        """Return whether the amounts of the invoice's item are looked at again."""
        order = self.order_id
        if self.tax_ids or order.payment_term_id:
            return bool(self.tax_ids)
        ask = self.env["account.move"]._completes_for
        return batch.once(
            ("completes", order.company_id.id), lambda: ask(order.company_id)
        )

    def _base_tags(self):
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        return taxes.get_tax_tags(is_refund=False, repartition_type="base").ids
