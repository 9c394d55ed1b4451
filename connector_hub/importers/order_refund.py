# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models

from ..documents import Restock
from ..exceptions import NotYet
from .order_refund_plan import lines_of


class ImporterOrderRefund(models.AbstractModel):
    """Refunds and returns of orders: each is on file once, and then settled.

    Putting it on file takes the quantities off what is invoiced and delivered. Credit
    note, goods and money follow as soon as there is an invoice, a delivery, or a
    payment to give back; what cannot be done yet is tried with each news of the order.
    """

    _name = "hub.importer.order.refund"
    _inherit = "hub.importer.part"
    _description = "Importer of Refunds"

    def _concerns(self, flow, task):
        order = task.document
        return bool(order.refunds or order.returns)

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        tasks = [task for task in tasks if task.res_model == "sale.order"]
        records = self._on_file(flow, backend, tasks)
        self.env["hub.importer.order.return"].expect(
            backend, [task for task in tasks if not task.error]
        )
        errors = self.settle(backend, records)
        for task in tasks:
            task.error = task.error or errors.get(task.res_id)

    @api.private
    def settle(self, backend, records):
        """Do what can be done of refunds that are on file.

        :return: {order id: error} where money cannot be booked yet
        :raises HubError: the amounts of one of them cannot be booked exactly
        """
        self.env["hub.importer.order.refund.stock"].restock(
            backend, records.filtered(lambda refund: refund.stock_state == "waiting")
        )
        self.env["hub.importer.order.refund.credit"].credit(
            backend, records.filtered(lambda refund: refund.credit_state == "waiting")
        )
        payments = self.env["hub.importer.order.refund.payment"]
        return payments.pay_back(backend, records)

    # === ON FILE ===#

    def _on_file(self, flow, backend, tasks):
        """Return the records of all refunds of some orders; new ones are created."""
        model = self.env["hub.order.refund"].sudo()
        ids = [refund.external_id for t in tasks for refund in t.document.refunds]
        known = model.search(
            [("backend_id", "=", backend.id), ("external_id", "in", ids)]
        )
        on_file = set(known.mapped("external_id"))
        fresh = [
            (task, refund)
            for task in tasks
            for refund in task.document.refunds
            if refund.external_id not in on_file
        ]
        ours = self._made_here(backend, [refund for _task, refund in fresh])
        self._await_ours(flow, fresh, ours)
        self._note_payments(known, tasks)
        fresh = [(task, refund) for task, refund in fresh if not task.error]
        created = model.create(
            [self._values(backend, task, refund, ours) for task, refund in fresh]
        )
        self.take_off_ours(created.filtered("move_id"))
        orders = [task.res_id for task in tasks if not task.error]
        records = (known | created).filtered(lambda row: row.order_id.id in orders)
        self._take_off(records)
        return records

    def _values(self, backend, task, refund, ours):
        included = task.document.taxes_included
        move = ours.get(refund.external_id)
        values = {
            "backend_id": backend.id,
            "order_id": task.res_id,
            "external_id": refund.external_id,
            "refunded_at": refund.created_at.replace(tzinfo=None, microsecond=0),
            "amount": float(refund.value(included)),
            "paid": float(refund.paid),
            "taxes_included": included,
            "content": _content(refund),
        }
        if move:
            # Odoo has told the store: its credit note is there already
            values.update(origin="odoo", move_id=move.id, credit_state="done")
        elif self._is_settled(task, refund):
            # who made the order has credited it, and taken the goods back
            values.update(origin="before", credit_state="done", stock_state="done")
        return values

    def _is_settled(self, task, refund):
        """Return whether who made the order has settled a refund of it.

        Known where another connector says it; else all there is when it is met first.
        """
        order = self.env["sale.order"].browse(task.res_id)
        if order.hub_settled_refunds:
            return refund.external_id in order.hub_settled_refunds["ids"]
        return "adopted" in task.expected

    def _note_payments(self, known, tasks):
        """Money that was on its way may have arrived: all else of it stays."""
        said = {
            refund.external_id: refund for t in tasks for refund in t.document.refunds
        }
        for record in known:
            refund = said[record.external_id]
            if record.currency_id.compare_amounts(record.paid, float(refund.paid)):
                record.write(
                    {
                        "paid": float(refund.paid),
                        "content": _content(refund),
                    }
                )

    # === OURS ===#

    def _made_here(self, backend, refunds):
        """Return {remote id: credit note} of refunds that Odoo had the store make."""
        if "refund" not in backend._binding_models():
            return {}
        ids = [refund.external_id for refund in refunds]
        return backend.binder("refund").to_internal_many(ids)

    def _await_ours(self, flow, fresh, ours):
        """Put off news that may be of a refund Odoo is just making there.

        The store's word of it can be faster than its answer.
        """
        unknown = [row for row in fresh if row[1].external_id not in ours]
        if not unknown:
            return
        orders = self._under_way(flow)
        for task, _refund in unknown:
            if task.res_id in orders:
                task.error = NotYet(
                    self.env._(
                        "%s has a refund that Odoo may be making there right now.",
                        task.name or task.external_id,
                    ),
                    code="refunding",
                )

    def _under_way(self, flow):
        """Return ids of the orders whose refunds Odoo may be making right now."""
        flows = flow.backend_id.sudo().flow_ids.filtered(
            lambda other: other.document == "refund" and other.direction == "out"
        )
        messages = self.env["hub.message"].sudo()
        sent = messages.search(
            [
                ("flow_id", "in", flows.ids),
                ("state", "in", ("pending", "processing", "in_doubt")),
                ("idempotency_key", "!=", False),
                ("remote_id", "=", False),
            ]
        )
        moves = self.env["account.move"].sudo().browse(sent.mapped("res_id"))
        exporter = self.env["hub.exporter.refund"]
        return {order.id for move in moves.exists() for order in exporter.orders(move)}

    # === QUANTITIES ===#

    def _take_off(self, records):
        """Have what was refunded neither invoiced nor, when cancelled, delivered.

        All of it anew: an edit of a quotation writes its lines anew.
        """
        refunded, cancelled = defaultdict(float), defaultdict(float)
        for record in records:
            settled = record.order_id.hub_settled_refunds or {"ids": ()}
            if record.external_id in settled["ids"]:
                # who settled it has taken it off the order itself
                continue
            lines = lines_of(record.order_id)
            for row in record.document().lines:
                line = lines.get(row.line_id)
                if line:
                    refunded[line] += float(row.quantity)
                    if row.restock is Restock.CANCEL:
                        cancelled[line] += float(row.quantity)
        for line, quantity in refunded.items():
            values = {
                "hub_refunded_qty": quantity,
                "hub_cancelled_qty": cancelled[line],
            }
            if any(line[name] != value for name, value in values.items()):
                line.write(values)

    @api.private
    def take_off_ours(self, records):
        """Have what Odoo's own credit notes hold besides units not invoiced again."""
        for record in records:
            told = {row.line_id for row in record.document().lines}
            for row in record.move_id.invoice_line_ids:
                for line in row.sale_line_ids:
                    if line.hub_external_id not in told:
                        line.hub_refunded_qty += row.quantity


def _content(refund):
    """Return what is kept of a refund: not what people wrote about the buyer."""
    return refund.model_dump(mode="json", exclude={"note"})
