# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Command

from .order_refund_plan import Plan

SIGNS = {"out_invoice": 1, "out_refund": -1}


class ImporterOrderInvoiceRounding(models.AbstractModel):
    """Cents that taxes of parts are rounded by.

    An order that is invoiced in parts, or without what was refunded before, has its
    taxes rounded for each part. The sum may then differ by a cent from what the buyer
    paid, and that cent would stay open for ever. The last invoice makes up for it:
    all invoices less all credit notes are the order's total less its refunds, each of
    which is credited as the store says.
    """

    _name = "hub.importer.order.invoice.rounding"
    _description = "Rounding of Partial Invoices"

    @api.private
    def even_out(self, moves):
        """Have the last invoice of an order bring all of them to what it is worth.

        :param moves: drafts that Odoo made of orders, invoices or credit notes
        """
        for move in moves:
            order = move.line_ids.sale_line_ids.order_id
            if len(order) != 1 or not order.hub_content or not self._is_last(order):
                continue
            backend = self._backend(order)
            if backend:
                self._even_out(backend, order, move)

    def _is_last(self, order):
        """Return whether an order was invoiced in parts, and is all invoiced now."""
        refunds = order.sudo().hub_refund_ids
        if len(order.invoice_ids) < 2 and not refunds:
            return False
        # what another connector has settled may be in the order's total, or not
        if "before" in refunds.mapped("origin") or order.sudo()._hub_open_edit():
            return False
        lines = order.order_line.filtered(lambda line: not line.display_type)
        return not any(lines._hub_left_to_invoice().values())

    def _backend(self, order):
        """Return the backend an order came from, if it is still there."""
        backends = self.env["hub.backend"].sudo()
        for backend in backends.search([("company_id", "=", order.company_id.id)]):
            if "order" in backend._binding_models():
                if backend.binder("order").to_external_many(order):
                    return backend
        return backends

    def _even_out(self, backend, order, draft):
        currency = draft.currency_id
        refunds = order.sudo().hub_refund_ids
        # a refund without goods is credited on no line of the order
        moves = order.invoice_ids | refunds.move_id
        counted = moves.filtered(lambda move: move.state == "posted") | draft
        if not self._are_ours(backend, order.invoice_ids - refunds.move_id, draft):
            return
        billed = sum(
            SIGNS.get(move.move_type, 0) * move.amount_total for move in counted
        )
        billed -= self._still_credited(backend, order)
        worth = order.amount_total - sum(refunds.mapped("amount"))
        difference = currency.round(worth - billed)
        # more than that is no rounding: people changed something
        coins = min(backend.rounding_limit, self._roundings(counted, refunds))
        if currency.is_zero(difference) or abs(difference) > coins * currency.rounding:
            return
        line = {
            "product_id": backend.rounding_product_id.id,
            "name": self.env._("Rounding difference with %s", backend.name),
            "quantity": 1.0,
            "price_unit": SIGNS.get(draft.move_type, 0) * difference,
            "tax_ids": [Command.clear()],
        }
        draft.write({"invoice_line_ids": [Command.create(line)]})

    def _are_ours(self, backend, moves, draft):
        """Return whether people neither gave nor asked for anything besides."""
        # a draft may name the invoice it corrects where the law wants it to
        if any(
            move.reversed_entry_id or move.state == "draft" for move in moves - draft
        ):
            return False
        lines = moves.invoice_line_ids.filtered(
            lambda row: row.display_type == "product" and not row.sale_line_ids
        )
        ours = backend.rounding_product_id
        return all(ours and line.product_id == ours for line in lines)

    def _still_credited(self, backend, order):
        """Return what credit notes will come to that wait for this invoice."""
        waiting = order.sudo().hub_refund_ids.filtered(
            lambda refund: refund.credit_state == "waiting"
        )
        invoiced = {line: line.qty_invoiced for line in order.order_line}
        total = 0.0
        for refund in waiting.sorted(lambda row: (row.refunded_at, row.id)):
            plan = Plan(backend, refund, invoiced)
            for line in plan.taken.keys() - set(plan.charges):
                invoiced[line] -= plan.taken[line]
            total += float(plan.total)
        return total

    def _roundings(self, moves, refunds):
        """Return how many coins roundings can make at most."""
        lines = moves.invoice_line_ids.filtered(
            lambda row: row.display_type == "product"
        )
        return len(lines) + sum(len(row.content["lines"]) + 1 for row in refunds)
