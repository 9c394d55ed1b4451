# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models

from ..documents import Capture, Settlement
from ..exceptions import BusinessRuleError

PAID = ("paid", "in_payment")


class ExporterSettlement(models.AbstractModel):
    """Orders whose invoices were paid in Odoo while the store waits for its money.

    A payment in the journal of the gateway that holds an authorization means: capture
    it. Any other money came past the store, which is told that the order is paid.
    """

    _name = "hub.exporter.settlement"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Settlements"
    _record_model = "sale.order"
    _entity = "order"

    @api.private
    def watched(self):
        """``payment_state`` is computed: what computes it notes it."""
        return {"account.move": {"payment_state"}}

    @api.private
    def roots(self, flow, model, ids):
        if model == self._record_model:
            return ids
        moves = self.env["account.move"].browse(ids).exists()
        return moves.invoice_line_ids.sale_line_ids.order_id.ids

    @api.private
    def relevant(self, flow, ids):
        linked = set(self._remote_ids(flow, ids))
        orders = self.env["sale.order"].browse(linked)
        return set(self._settled(orders).ids)

    @api.private
    def to_documents(self, flow, ids):
        orders = self.env["sale.order"].browse(ids).exists()
        remote_ids = self._remote_ids(flow, ids)
        noted = self._noted(flow, orders)
        found = {}
        for order in self._settled(orders):
            said = noted.get(order, self.env["hub.payment"])
            if order.id in remote_ids and self._owed(order, said) > 0:
                found[order.id] = self._document(
                    flow, order, remote_ids[order.id], said
                )
        return found

    def _document(self, flow, order, remote_id, said):
        captures = self._captures(flow, order, said)
        if not captures and self._credited(order):
            # the store knows only one way: all that it waits for was paid
            return self._partly(order)
        return Settlement(
            external_id=remote_id,
            version=self._now(),
            name=order.client_order_ref or order.name,
            captures=captures,
        )

    def _settled(self, orders):
        """Return the orders whose invoices are paid, and cover all of the order."""
        return orders.filtered(lambda order: self._is_settled(order))

    def _is_settled(self, order):
        invoices = order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        total = sum(invoices.mapped("amount_total"))
        return (
            bool(invoices)
            and all(move.payment_state in PAID for move in invoices)
            and order.currency_id.compare_amounts(total, order.amount_total) >= 0
        )

    def _noted(self, flow, orders):
        found = (
            self.env["hub.payment"]
            .sudo()
            .search(
                [
                    ("backend_id", "=", flow.backend_id.id),
                    ("order_id", "in", orders.ids),
                ]
            )
        )
        return found.grouped("order_id")

    def _owed(self, order, noted):
        """Return what of an order the store has not received and is not credited."""
        received = sum(noted.counted().mapped("amount"))
        return order.currency_id.round(
            order.amount_total - self._credited(order) - received
        )

    def _credited(self, order):
        """Return what was credited in Odoo alone: the store still waits for it."""
        notes = order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_refund"
        )
        return sum((notes - order.sudo().hub_refund_ids.move_id).mapped("amount_total"))

    def _captures(self, flow, order, noted):
        """Return what to take of what is reserved: no more than was paid here."""
        journals = self.env["hub.mapping"].sudo().lookup(flow.backend_id, "gateway")
        paid = self._paid_here(order, noted)
        taken = noted.counted().grouped("parent_external_id")
        owed, captures = self._owed(order, noted), []
        for held in noted.filtered(lambda note: note.stage == "authorized"):
            done = sum(taken.get(held.external_id, noted.browse()).mapped("amount"))
            journal = journals.get(held.gateway)
            amount = min(held.amount - done, paid.get(journal, 0.0), owed)
            amount = held.currency_id.round(amount)
            if amount > 0:
                owed -= amount
                paid[journal] -= amount
                captures.append(
                    Capture(
                        external_id=held.external_id,
                        amount=Decimal(str(amount)),
                        taken=Decimal(str(held.currency_id.round(done))),
                        currency=held.currency_id.name,
                    )
                )
        return tuple(captures)

    def _paid_here(self, order, noted):
        """Return {journal: what was registered in it that no store told of}."""
        made = order.invoice_ids.sudo()._get_reconciled_payments() - noted.payment_id
        return {
            journal: sum(
                payment.currency_id._convert(
                    payment.amount, order.currency_id, order.company_id, payment.date
                )
                for payment in payments
                if payment.payment_type == "inbound"
            )
            for journal, payments in made.grouped("journal_id").items()
        }

    def _partly(self, order):
        return BusinessRuleError(
            self.env._(
                "A part of %s was paid in Odoo and the rest credited; the store can"
                " only be told that all of it was paid.",
                order.client_order_ref or order.name,
            ),
            title=self.env._("Orders were paid in part, and credited in part."),
            remedy=self.env._(
                "Take what was credited off the order in the connected system, or enter"
                " the payment there by hand; then skip the message."
            ),
            code="partly_credited",
        )
