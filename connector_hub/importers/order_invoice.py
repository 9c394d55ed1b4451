# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..exceptions import BusinessRuleError
from .batch import together


class ImporterOrderInvoice(models.AbstractModel):
    """Invoices confirmed orders when they are due, and books what was paid.

    Three steps, each of which finds what it did before: an invoice where something is
    left to invoice, a payment for each transaction that has none, and reconciliation
    of what is open between the two.
    """

    _name = "hub.importer.order.invoice"
    _inherit = "hub.importer.part"
    _description = "Invoicing of Imported Orders"

    def _concerns(self, flow, task):
        # what an earlier part could not do makes the order other than it should be
        backend = flow.backend_id
        bills = backend.order_invoice != "never" or backend.order_register_payment
        return bills and not task.error

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        orders = self.env["sale.order"].browse(task.res_id for task in tasks)
        confirmed = orders.filtered(lambda order: order.state == "sale")
        booking = self.env["hub.importer.order.payment.booking"]
        payments = booking.unbooked(backend, confirmed)
        payments -= booking.recognise(backend, payments)
        due = self._due(backend, confirmed - self._cancelled(tasks))
        # what people cancelled is not invoiced; what was paid is booked all the same
        stopped = self._stopped(due)
        due = {order: day for order, day in due.items() if order.id not in stopped}
        errors = {
            **booking.errors(backend, confirmed, payments),
            **self._closed(backend, due),
        }
        for task in tasks:
            task.error = errors.get(task.res_id) or stopped.get(task.res_id)
        confirmed = confirmed.filtered(lambda order: order.id not in errors)
        days = {order: day for order, day in due.items() if order.id not in errors}
        with together(self.env):
            self._invoice(days)
            if backend.order_register_payment:
                payments = payments.filtered(lambda p: p.order_id in confirmed)
                booking.book(backend, payments)
                booking.reconcile(backend, confirmed)

    def _cancelled(self, tasks):
        """Return orders the store cancelled: they are invoiced no more."""
        ids = [task.res_id for task in tasks if task.document.cancelled_at]
        return self.env["sale.order"].browse(ids)

    # === WHEN ===#

    def _due(self, backend, orders):
        """Return {order: date of its invoice} of the orders to be invoiced now."""
        rule = {"payment": self._paid_on, "delivery": self._delivered_on}
        if backend.order_invoice not in rule:
            return {}
        open_ = orders.filtered(lambda order: self._to_invoice(order))
        return rule[backend.order_invoice](backend, open_)

    def _to_invoice(self, order):
        """Return whether anything of an order was not invoiced, whatever the policy."""
        lines = order.order_line.filtered(lambda line: not line.display_type)
        return any(lines._hub_left_to_invoice().values()) and not any(
            move.state == "draft" for move in order.invoice_ids
        )

    def _paid_on(self, backend, orders):
        """Return {order: day} of those the store has all the money of."""
        received = (
            self.env["hub.payment"]
            .sudo()
            .search([("order_id", "in", orders.ids), ("backend_id", "=", backend.id)])
        )
        by_order = received.counted().grouped("order_id")
        found = {}
        for order in orders:
            payments = by_order.get(order, received.browse())
            total = sum(payments.mapped("amount"))
            if order.currency_id.compare_amounts(total, order.amount_total) >= 0:
                moments = [payment.processed_at for payment in payments]
                found[order] = self.day(
                    backend, max(filter(None, moments), default=order.date_order)
                )
        return found

    def _delivered_on(self, backend, orders):
        """Return {order: day} of those that have left the warehouse, all of it."""
        return {
            order: self.day(backend, order._hub_left_at())
            for order in orders
            if order._hub_has_left()
        }

    @api.private
    def day(self, backend, moment):
        """Return the day a moment belongs to where the company is; never a later one
        than today, on which Odoo would wait with posting."""
        zone = backend.company_id.sudo().partner_id.tz or "UTC"
        company = self.with_context(tz=zone)
        day = fields.Datetime.context_timestamp(company, moment).date()
        return min(day, fields.Date.context_today(company))

    def _closed(self, backend, due):
        """Return {order id: error} of those whose invoice falls into a closed period.

        Odoo would move the date to the next open day: that is not ours to decide.
        """
        company = backend.company_id.sudo()
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
        found, known = {}, {}
        for order, day in due.items():
            journal = order.journal_id or journals
            key = day, journal
            if key not in known:
                known[key] = company._get_violated_lock_dates(day, True, journal)
            if known[key]:
                found[order.id] = self.closed_period(order, day, known[key][-1][0])
        return found

    def _stopped(self, due):
        """Return {order id: error} of those whose invoice a person has cancelled."""
        found = {}
        for order in due:
            cancelled = order.invoice_ids.filtered(
                lambda move: (
                    move.state == "cancel"
                    and move.move_type == "out_invoice"
                    and move.posted_before
                )
            )
            if cancelled:
                found[order.id] = self._cancelled_invoice(order, cancelled)
        return found

    def _cancelled_invoice(self, order, moves):
        return BusinessRuleError(
            self.env._(
                "%(invoice)s of %(order)s (%(remote)s) was cancelled in Odoo, and the"
                " order is due to be invoiced. No other invoice was made.",
                invoice=", ".join(move.name or "" for move in moves),
                order=order.name,
                remote=order.client_order_ref or "",
            ),
            remedy=self.env._(
                "Reset the invoice to draft and post it, or create another one from"
                " the order; then retry. Skip the message when there shall be none."
            ),
            title=self.env._("Invoices were cancelled in Odoo."),
            code="invoice_cancelled",
            field="state",
        )

    @api.private
    def closed_period(self, order, day, lock):
        """Return the error of an order whose money belongs into a closed period."""
        return BusinessRuleError(
            self.env._(
                "%(order)s (%(remote)s) would have to be booked on %(day)s, but the"
                " books are closed until %(lock)s.",
                order=order.name,
                remote=order.client_order_ref or "",
                day=fields.Date.to_string(day),
                lock=fields.Date.to_string(lock),
            ),
            remedy=self.env._(
                "Ask your accountant: open the period for a moment and retry, or"
                " enter invoice and payment by hand in an open period, then retry."
            ),
            title=self.env._("Orders belong into a closed accounting period."),
            code="closed_period",
            field="date",
        )

    # === INVOICES ===#

    def _invoice(self, days):
        """Create and post one invoice per order, in one go.

        :param days: {sale.order: date of its invoice}
        """
        orders = self.env["sale.order"].union(*days)
        if not orders:
            return
        orders._force_lines_to_invoice_policy_order()
        orders.order_line._hub_leave_out_credited()
        orders = orders.with_context(
            hub_invoice_days={order.id: day for order, day in days.items()},
            raise_if_nothing_to_invoice=False,
        )
        invoices = orders._create_invoices(grouped=True, final=True)
        # a negative total has become a credit note, which people look at first
        invoices.filtered(lambda move: move.move_type == "out_invoice")._post(
            soft=False
        )
