# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..exceptions import BusinessRuleError


class ImporterOrderKept(models.AbstractModel):
    """Money of orders that are cancelled in Odoo.

    What came is booked like that of any order, and what goes back with its refund:
    the provider's payouts name both. Money that stays although only Odoo has cancelled
    the order is a person's business.
    """

    _name = "hub.importer.order.kept"
    _inherit = "hub.importer.part"
    _description = "Money of Cancelled Orders"

    def _concerns(self, flow, task):
        # what was settled before the order was linked is nobody's news
        return bool(task.document.payments) and "adopted" not in task.expected

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        orders = self.env["sale.order"].browse(task.res_id for task in tasks)
        orders = orders.filtered(lambda order: order.state == "cancel")
        if not orders:
            return
        kept = self._kept(backend, orders)
        errors = self._book(backend, orders)
        for task in tasks:
            order = self.env["sale.order"].browse(task.res_id)
            if order not in kept:
                # what came and went is noted where it cannot be booked
                continue
            task.error = errors.get(order.id)
            if not (task.error or task.document.cancelled_at):
                task.error = self._error(order, kept[order])

    def _kept(self, backend, orders):
        """Return {order: amount} of those the store has money of."""
        payments = self.env["hub.payment"].sudo()
        payments = payments.search(
            [("order_id", "in", orders.ids), ("backend_id", "=", backend.id)]
        )
        if backend.environment == "production":
            payments = payments.filtered(lambda payment: not payment.test)
        found = {}
        for order, rows in payments.grouped("order_id").items():
            order = order.sudo(False)
            back = rows.filtered(lambda p: p.kind == "refund" and p.status == "success")
            kept = sum(rows.counted().mapped("amount")) - sum(back.mapped("amount"))
            if order.currency_id.compare_amounts(kept, 0) > 0:
                found[order] = kept
        return found

    def _book(self, backend, orders):
        """Book what was paid; return {order id: error} where that is not possible."""
        if not backend.order_register_payment:
            return {}
        booking = self.env["hub.importer.order.payment.booking"]
        payments = booking.unbooked(backend, orders)
        payments -= booking.recognise(backend, payments)
        errors = booking.errors(backend, orders, payments)
        booking.book(
            backend, payments.filtered(lambda row: row.order_id.id not in errors)
        )
        return errors

    def _error(self, order, kept):
        return BusinessRuleError(
            self.env._(
                "The store has %(amount).2f %(currency)s for %(order)s (%(remote)s),"
                " which is cancelled in Odoo but not in the store.",
                amount=kept,
                currency=order.currency_id.name,
                order=order.name,
                remote=order.client_order_ref or "",
            ),
            remedy=self.env._(
                "Cancel the order in the store and pay the money back there, or set %s"
                " to quotation and confirm it again; then retry.",
                order.name,
            ),
            title=self.env._("The store has money for orders cancelled in Odoo."),
            code="cancelled_money",
            field="payments",
        )
