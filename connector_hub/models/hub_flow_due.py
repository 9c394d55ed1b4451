# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import uuid

from odoo import api, models
from odoo.tools import SQL

from ..components.event import Event

#: orders looked at again per backend and run, any of them: what stays due for some
#: reason must not keep the rest from its turn ten minutes later
DUE_SIZE = 500

#: whether nothing of an order is to be shipped any more (sale.order._hub_has_left):
#: goods may be on their way back; without a status none was shipped, and none is wanted
SHIPPED = SQL(
    """(o.delivery_status = 'full'
        OR o.delivery_status IN ('started', 'partial') AND NOT EXISTS (
            SELECT FROM stock_picking p
              JOIN stock_picking_type t ON t.id = p.picking_type_id
             WHERE p.sale_id = o.id AND p.state NOT IN ('done', 'cancel')
               AND NOT (p.return_id IS NOT NULL AND t.code = 'incoming'))
        OR o.delivery_status IS NULL AND o.invoice_status = 'to invoice'
           AND NOT EXISTS (
            SELECT FROM sale_order_line l
             WHERE l.order_id = o.id AND l.qty_delivered_method = 'stock_move'
               AND l.product_uom_qty > greatest(
                   l.hub_refunded_qty, l.hub_cancelled_qty, 0)))"""
)


class HubFlow(models.Model):
    """Orders whose invoice or payment became due in Odoo, not in the store.

    People confirm and deliver here; the store says nothing then. Such orders are
    looked at again like any other change: in their lane, with their exceptions.
    """

    _inherit = "hub.flow"

    @api.model
    def _cron_bill(self):
        """Have due orders processed again, where backends invoice or book."""
        for flow in self.search(
            [
                ("document", "=", "order"),
                ("direction", "=", "in"),
                ("state", "=", "running"),
                ("backend_id.state", "=", "connected"),
                "|",
                ("backend_id.order_invoice", "!=", "never"),
                ("backend_id.order_register_payment", "=", True),
            ]
        ):
            flow._bill_due()

    @api.private
    def _bill_due(self):
        """Receive a hint about each order that is due."""
        self.ensure_one()
        events = [
            Event(external_id, "due", b"{}", delivery_id=uuid.uuid4().hex)
            for external_id in self._due_ids()
        ]
        lanes = self.env["hub.message"].receive(self, events, forced=True)
        self._wake(lanes)

    def _due_ids(self):
        """Return remote ids of orders with something to invoice or to book.

        Those whose last message waits for a person, or for its turn, wait as well.
        """
        self.env.flush_all()
        binding = self.env[self.backend_id._binding_models()["order"]]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT b.external_id
                  FROM %(bindings)s b JOIN sale_order o ON o.id = b.odoo_id
                 WHERE b.backend_id = %(backend)s AND o.state = 'sale'
                   AND (%(unbooked)s OR %(uninvoiced)s)
                   AND NOT EXISTS (
                       SELECT 1 FROM hub_message m
                        WHERE m.flow_id = %(flow)s AND m.external_id = b.external_id
                          AND m.state NOT IN
                              ('done', 'unchanged', 'superseded', 'skipped'))
              ORDER BY random() LIMIT %(limit)s
                """,
                bindings=SQL.identifier(binding._table),
                backend=self.backend_id.id,
                flow=self.id,
                unbooked=self._unbooked_sql(),
                uninvoiced=self._uninvoiced_sql(),
                limit=DUE_SIZE,
            )
        )
        return [external_id for (external_id,) in rows]

    def _unbooked_sql(self):
        if not self.backend_id.order_register_payment:
            return SQL("FALSE")
        return SQL(
            """EXISTS (
                SELECT 1 FROM hub_payment p
                 WHERE p.order_id = o.id AND p.payment_id IS NULL
                   AND p.paid_otherwise IS NOT TRUE
                   AND p.status = 'success' AND p.kind IN ('sale', 'capture')
                   AND NOT (p.test AND %s)
                   AND NOT EXISTS (
                       SELECT 1 FROM hub_mapping g
                        WHERE g.backend_id = p.backend_id AND g.kind = 'gateway'
                          AND g.remote_value = p.gateway AND g.ignored))""",
            self.backend_id.environment == "production",
        )

    def _uninvoiced_sql(self):
        """Whether something was not invoiced although it is time; roughly, for the
        importer looks closely."""
        policy = self.backend_id.order_invoice
        if policy == "never":
            return SQL("FALSE")
        due = self._paid_sql() if policy == "payment" else SHIPPED
        # what was credited or cancelled is to be invoiced again by people only
        return SQL(
            """(o.invoice_status IN ('to invoice', 'no') AND %s AND EXISTS (
                SELECT FROM sale_order_line l
                 WHERE l.order_id = o.id AND l.display_type IS NULL
                   AND l.product_uom_qty > coalesce(l.qty_invoiced, 0)
                       + coalesce(l.hub_refunded_qty, 0))
               AND NOT EXISTS (
                SELECT FROM sale_order_line l
                  JOIN sale_order_line_invoice_rel r ON r.order_line_id = l.id
                  JOIN account_move_line i ON i.id = r.invoice_line_id
                  JOIN account_move m ON m.id = i.move_id
                 WHERE l.order_id = o.id
                   AND (m.state = 'draft'
                        OR m.move_type = 'out_refund' AND m.state != 'cancel'
                        OR m.move_type = 'out_invoice' AND m.state = 'cancel'
                           AND m.posted_before)))""",
            due,
        )

    def _paid_sql(self):
        """Whether the store has all the money of an order."""
        return SQL(
            """coalesce((
                SELECT sum(p.amount) FROM hub_payment p
                 WHERE p.order_id = o.id AND p.backend_id = %s
                   AND p.status = 'success' AND p.kind IN ('sale', 'capture')
                   AND NOT (p.test AND %s)), 0) > o.amount_total - 0.005""",
            self.backend_id.id,
            self.backend_id.environment == "production",
        )
