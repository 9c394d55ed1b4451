# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models

from ..documents import Capture, Settlement

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
            if order.id in remote_ids and not self._is_known(order, said):
                found[order.id] = Settlement(
                    external_id=remote_ids[order.id],
                    version=self._now(),
                    name=order.client_order_ref or order.name,
                    captures=self._captures(flow, order, said),
                )
        return found

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

    def _is_known(self, order, noted):
        """Return whether the store has all the money already."""
        received = sum(noted.counted().mapped("amount"))
        return order.currency_id.compare_amounts(received, order.amount_total) >= 0

    def _captures(self, flow, order, noted):
        """Return what is reserved in a journal in which the order was paid."""
        journals = self.env["hub.mapping"].sudo().lookup(flow.backend_id, "gateway")
        used = order.invoice_ids.sudo()._get_reconciled_payments().journal_id
        taken = noted.counted().grouped("parent_external_id")
        captures = []
        for held in noted.filtered(lambda note: note.stage == "authorized"):
            done = taken.get(held.external_id, noted.browse())
            left = held.currency_id.round(held.amount - sum(done.mapped("amount")))
            if left > 0 and journals.get(held.gateway) in used:
                captures.append(
                    Capture(
                        external_id=held.external_id,
                        amount=Decimal(str(left)),
                        currency=held.currency_id.name,
                    )
                )
        return tuple(captures)
