# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..documents import (
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceType,
    PaymentState,
)

TYPES = {
    "out_invoice": InvoiceType.INVOICE,
    "out_refund": InvoiceType.CREDIT_NOTE,
}
STATES = {
    "draft": InvoiceState.DRAFT,
    "posted": InvoiceState.POSTED,
    "cancel": InvoiceState.CANCELLED,
}
PAYMENT_STATES = {
    "not_paid": PaymentState.NOT_PAID,
    "in_payment": PaymentState.IN_PAYMENT,
    "partial": PaymentState.PARTIAL,
    "paid": PaymentState.PAID,
    "reversed": PaymentState.REVERSED,
    # a dispute, which is between the buyer and the accountant
    "blocked": PaymentState.NOT_PAID,
    "invoicing_legacy": PaymentState.PAID,
}


class ExporterInvoice(models.AbstractModel):
    """Invoices and credit notes of orders that came from the flow's system.

    Drafts are nobody's business, until one was posted and taken back.
    """

    _name = "hub.exporter.invoice"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Invoices"
    _record_model = "account.move"
    _entity = "invoice"

    @api.private
    def watched(self):
        """``payment_state`` is computed: what computes it notes it."""
        return {"account.move": {"state", "payment_state", "invoice_date_due"}}

    @api.private
    def relevant(self, flow, ids):
        moves = self.env["account.move"].search(
            Domain("id", "in", list(ids)) & Domain("move_type", "in", list(TYPES))
        )
        orders = self._order_ids(flow, moves)
        known = self._remote_ids(flow, moves.ids)
        return {
            move.id
            for move in moves
            if (move.id in known or move.state == "posted")
            and any(order.id in orders for order in self._orders(move))
        }

    @api.private
    def all_ids(self, flow, after, limit):
        orders = self.env[flow.backend_id._binding_models()["order"]]
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT m.id
                      FROM account_move m
                      JOIN account_move_line l ON l.move_id = m.id
                      JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                      JOIN sale_order_line s ON s.id = r.order_line_id
                      JOIN %s o ON o.odoo_id = s.order_id AND o.backend_id = %s
                     WHERE m.id > %s AND m.state = 'posted'
                       AND m.move_type = ANY(%s)
                  ORDER BY 1 LIMIT %s
                    """,
                    SQL.identifier(orders._table),
                    flow.backend_id.id,
                    after,
                    list(TYPES),
                    limit,
                )
            )
        ]

    @api.private
    def to_documents(self, flow, ids):
        moves = self.env["account.move"].browse(ids).exists()
        moves = moves.filtered(lambda move: move.move_type in TYPES)
        orders = self._order_ids(flow, moves)
        remote_ids = self._remote_ids(flow, moves.ids)
        found = {}
        for move in moves:
            order_ids = [orders.get(order.id) for order in self._orders(move)]
            if any(order_ids):
                found[move.id] = self._document(
                    move, tuple(filter(None, order_ids)), remote_ids.get(move.id, "")
                )
        return found

    @api.private
    def _hub_document_invoice(self, move, values):
        """Hook: change what is said of an invoice."""
        return values

    def _orders(self, move):
        return move.invoice_line_ids.sale_line_ids.order_id

    def _order_ids(self, flow, moves):
        """Return {order id: id there} of those that came from the flow's system."""
        binder = flow.backend_id.with_env(self.env).binder("order")
        linked = binder.to_external_many(self._orders(moves))
        return {key: ids[0] for key, ids in linked.items()}

    def _document(self, move, order_ids, remote_id):
        currency = move.currency_id
        values = {
            "name": move.name if move.name and move.name != "/" else "",
            "type": TYPES[move.move_type],
            "state": STATES[move.state],
            "payment_state": PAYMENT_STATES[move.payment_state or "not_paid"],
            "order_ids": order_ids,
            "reverses": move.reversed_entry_id.name or "",
            "currency": currency.name,
            "total": _exact(move.amount_total, currency),
            "total_tax": _exact(move.amount_tax, currency),
            "residual": _exact(move.amount_residual, currency),
            "issued_on": move.invoice_date or None,
            "due_on": move.invoice_date_due or None,
            "lines": tuple(
                self._line(line, currency)
                for line in move.invoice_line_ids
                if line.display_type == "product"
            ),
        }
        values = self._hub_document_invoice(move, values)
        return Invoice(external_id=remote_id, version=self._now(), **values)

    def _line(self, line, currency):
        ids = [key for key in line.sale_line_ids.mapped("hub_external_id") if key]
        return InvoiceLine(
            external_id=ids[0] if len(ids) == 1 else "",
            sku=line.product_id.default_code or "",
            title=line.name or "",
            quantity=Decimal(str(line.quantity)),
            net=_exact(line.price_subtotal, currency),
        )


def _exact(amount, currency):
    return Decimal(str(currency.round(amount)))
