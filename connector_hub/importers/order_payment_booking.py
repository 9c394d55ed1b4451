# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import BusinessRuleError, MappingError


class ImporterOrderPaymentBooking(models.AbstractModel):
    """Payments of the store to ``account.payment``, each of them once."""

    _name = "hub.importer.order.payment.booking"
    _description = "Booking of Order Payments"

    @api.private
    def unbooked(self, backend, orders):
        """Return the payments of orders that are to be booked."""
        none = self.env["hub.payment"].sudo()
        if not backend.order_register_payment or not orders:
            return none
        found = none.search(
            [
                ("order_id", "in", orders.ids),
                ("backend_id", "=", backend.id),
                ("payment_id", "=", False),
                ("paid_otherwise", "=", False),
            ],
            order="processed_at, id",
        )
        ignored = self._ignored(backend)
        return found.counted().filtered(lambda p: p.gateway not in ignored)

    def _ignored(self, backend):
        journals = self.env["hub.mapping"].sudo().lookup(backend, "gateway")
        return {gateway for gateway, journal in journals.items() if journal is None}

    @api.private
    def errors(self, backend, orders, payments):
        """Return {order id: error} of the orders whose payments cannot be booked."""
        if not backend.order_register_payment:
            return {}
        journals = self.env["hub.mapping"].sudo().lookup(backend, "gateway")
        found, locks = {}, {}
        for payment in payments:
            order = payment.order_id
            journal = journals.get(payment.gateway or "")
            if not journal:
                found.setdefault(order.id, self._unmapped(backend, payment))
                continue
            day = self._day(backend, payment)
            key = day, journal
            if key not in locks:
                company = backend.company_id.sudo()
                locks[key] = company._get_violated_lock_dates(day, False, journal)
            if locks[key]:
                invoicing = self.env["hub.importer.order.invoice"]
                error = invoicing.closed_period(order, day, locks[key][-1][0])
                found.setdefault(order.id, error)
        return {**found, **self._changed(backend, orders)}

    def _changed(self, backend, orders):
        """Return {order id: error} of those whose booked payments the store changed."""
        booked = (
            self.env["hub.payment"]
            .sudo()
            .search(
                [
                    ("order_id", "in", orders.ids),
                    ("backend_id", "=", backend.id),
                    ("payment_id", "!=", False),
                ]
            )
        )
        return {
            payment.order_id.id: self._disagrees(payment)
            for payment in booked
            if payment.kind in ("sale", "capture") and _differs(payment)
        }

    def _unmapped(self, backend, payment):
        gateway = payment.gateway or ""
        return MappingError(
            self.env._(
                'Payment gateway "%(gateway)s" of %(backend)s has no journal in Odoo.',
                gateway=payment.gateway_title or gateway,
                backend=backend.name,
            ),
            remedy=self.env._(
                "Choose the journal its payments are booked in, then retry."
            ),
            kind="gateway",
            field="payments",
            value=gateway,
        )

    def _disagrees(self, payment):
        return BusinessRuleError(
            self.env._(
                "Payment %(payment)s of %(order)s was booked with %(booked)s"
                " %(currency)s; the store now says %(now)s, %(status)s.",
                payment=payment.payment_id.name,
                order=payment.order_id.name,
                booked=payment.payment_id.amount,
                now=payment.amount + payment.rounding,
                currency=payment.currency_id.name,
                status=payment.status,
            ),
            remedy=self.env._(
                "Nothing was booked a second time. Correct or cancel the payment by"
                " hand, then skip the message."
            ),
            title=self.env._("Payments were changed in the store after booking."),
            code="payment_changed",
            field="payments",
        )

    def _day(self, backend, payment):
        invoicing = self.env["hub.importer.order.invoice"]
        moment = payment.processed_at or payment.order_id.date_order
        return invoicing.day(backend, moment)

    # === BOOKING ===#

    @api.private
    def book(self, backend, payments):
        """Create and post one ``account.payment`` for each, and remember it.

        :param payments: without those that are :meth:`recognise`d
        """
        if not payments:
            return
        journals = self.env["hub.mapping"].sudo().lookup(backend, "gateway")
        booked = self.env["hub.importer.order.payment.entry"].enter(
            [
                self._hub_values_payment(
                    payment, self._values(backend, payment, journals[payment.gateway])
                )
                for payment in payments
            ]
        )
        for payment, made in zip(payments, booked, strict=True):
            payment.payment_id = made

    @api.private
    def _hub_values_payment(self, payment, values):
        """Hook: change the values of a new ``account.payment``."""
        return values

    def _values(self, backend, payment, journal):
        order = payment.order_id
        buyer = order.partner_invoice_id.commercial_partner_id
        line = journal.inbound_payment_method_line_ids[:1]
        values = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": buyer.id,
            "company_id": backend.company_id.id,
            "journal_id": journal.id,
            "payment_method_line_id": line.id,
            "currency_id": payment.currency_id.id,
            "amount": payment.amount + payment.rounding,
            "date": self._day(backend, payment),
            "memo": f"{order.client_order_ref or order.name} {payment.gateway_title}",
            "payment_reference": payment.external_id.rpartition("/")[2],
        }
        account = self._receivable(order)
        if account:
            values["destination_account_id"] = account.id
        if payment.rounding:
            values["write_off_line_vals"] = [self._rounding(backend, payment, values)]
        return values

    def _receivable(self, order):
        """Return the account in which the order's invoice waits for its payment."""
        return self._open_lines(order).account_id[:1]

    def _rounding(self, backend, payment, values):
        """Return the line that keeps the coins and the amount owed apart."""
        product = backend.rounding_product_id.with_company(backend.company_id)
        account = product.product_tmpl_id.get_product_accounts()["income"]
        company = backend.company_id
        return {
            "name": self.env._("Cash rounding"),
            "account_id": account.id,
            "partner_id": values["partner_id"],
            "currency_id": payment.currency_id.id,
            "amount_currency": -payment.rounding,
            "balance": payment.currency_id._convert(
                -payment.rounding, company.currency_id, company, values["date"]
            ),
        }

    # === RECONCILIATION ===#

    @api.private
    def reconcile(self, backend, orders):
        """Settle the orders' invoices with the orders' payments, oldest first."""
        payments = (
            self.env["hub.payment"]
            .sudo()
            .search(
                [
                    ("order_id", "in", orders.ids),
                    ("backend_id", "=", backend.id),
                    ("payment_id", "!=", False),
                ]
            )
        )
        booked = payments.grouped("order_id")
        plan = []
        for order in orders:
            owed = self._open_lines(order)
            paid = self._paid_lines(booked.get(order, payments.browse()))
            paid = paid.filtered(
                lambda line, owed=owed: line.account_id in owed.account_id
            )
            if owed and paid:
                plan.append((owed | paid).with_env(self.env))
        for spared in (True, False):
            part = [lines for lines in plan if _is_plain(lines) is spared]
            items = self.env["account.move.line"].with_context(skip_invoice_sync=spared)
            if part:
                items._reconcile_plan(part)

    def _open_lines(self, order):
        """Return what is still owed of an order's posted invoices.

        Those of what was kept back from a refund belong to no line of the order.
        """
        moves = order.invoice_ids | order.sudo().hub_refund_ids.move_id
        invoices = moves.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        return invoices.line_ids.filtered(_is_open)

    def _paid_lines(self, payments):
        moves = payments.payment_id.move_id.filtered(lambda m: m.state == "posted")
        return moves.line_ids.filtered(_is_open)


def _is_plain(lines):
    """Return whether reconciling changes no entry: Odoo need not look for changes."""
    company = lines.company_id.sudo()
    return lines.currency_id == company.currency_id and not company.tax_exigibility


def _is_open(line):
    return line.account_id.account_type == "asset_receivable" and not line.reconciled


def _differs(payment):
    booked = payment.payment_id
    if booked.state == "canceled":
        return False
    amount = payment.amount + payment.rounding
    return payment.status != "success" or bool(
        payment.currency_id.compare_amounts(amount, booked.amount)
    )
