# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models
from odoo.fields import Command

from ..exceptions import BusinessRuleError
from .order_refund_plan import Plan


class ImporterOrderRefundCredit(models.AbstractModel):
    """Credit notes of refunds: what was invoiced and is refunded, to the cent.

    Units that were never invoiced need none: they are left out of later invoices.
    """

    _name = "hub.importer.order.refund.credit"
    _description = "Credit Notes of Refunds"

    @api.private
    def credit(self, backend, records):
        """Create and post the credit notes of refunds whose orders are invoiced.

        :raises BusinessRuleError: Odoo calculates another total
        """
        plans, invoiced = [], {}
        records -= self.env["hub.importer.order.refund.adoption"].adopt(
            backend, records
        )
        for record in records.sorted(lambda refund: (refund.refunded_at, refund.id)):
            if any(move.state == "draft" for move in record.order_id.invoice_ids):
                continue
            plan = Plan(backend, record, invoiced)
            if plan.waits:
                continue
            plan.settle()
            if plan.rows:
                self._check_open(backend, record, plan)
                plans.append((record, plan))
            record.credit_state = "done"
        self._book(backend, plans)

    def _book(self, backend, plans):
        if not plans:
            return
        moves = self.env["account.move"].create(
            [
                self._hub_values_credit_note(
                    record, self._values(backend, record, plan)
                )
                for record, plan in plans
            ]
        )
        for (record, plan), move in zip(plans, moves, strict=True):
            self._enforce(backend, record, move, abs(plan.total))
            record.move_id = move
        self.link(backend, [record for record, _plan in plans])
        moves._post(soft=False)

    @api.private
    def _hub_values_credit_note(self, refund, values):
        """Hook: change the values of a new credit note."""
        return values

    def _values(self, backend, record, plan):
        invoice = plan.invoices[:1]
        order = record.order_id
        values = {
            "move_type": "out_refund",
            "partner_id": order.partner_invoice_id.id,
            "partner_shipping_id": order.partner_shipping_id.id,
            "company_id": order.company_id.id,
            "currency_id": order.currency_id.id,
            "fiscal_position_id": order.fiscal_position_id.id,
            "journal_id": self._journal(backend, plan).id,
            "invoice_payment_term_id": False,
            "invoice_date": self._day(backend, record),
            "invoice_origin": order.name,
            "reversed_entry_id": invoice.id,
            "team_id": order.team_id.id,
            "ref": self.env._("Refund of %s", order.client_order_ref or order.name),
        }
        rows = plan.rows
        if plan.total < 0:
            # what was kept back is more than what was invoiced of the goods
            values.update(move_type="out_invoice", reversed_entry_id=False)
            rows = [_charged(row) for row in rows]
        return {**values, "invoice_line_ids": [Command.create(row) for row in rows]}

    def _day(self, backend, record):
        return self.env["hub.importer.order.invoice"].day(backend, record.refunded_at)

    def _journal(self, backend, plan):
        """Return the journal of the invoice; sales, where there never was one."""
        journals = self.env["account.journal"]
        domain = journals._check_company_domain(backend.company_id)
        return plan.invoices[:1].journal_id or journals.search(
            [*domain, ("type", "=", "sale")], limit=1
        )

    def _check_open(self, backend, record, plan):
        """Odoo would move the credit note to an open period: not ours to decide."""
        invoicing = self.env["hub.importer.order.invoice"]
        day, journal = self._day(backend, record), self._journal(backend, plan)
        company = backend.company_id.sudo()
        locks = company._get_violated_lock_dates(day, True, journal)
        if locks:
            raise invoicing.closed_period(record.order_id, day, locks[-1][0])

    @api.private
    def link(self, backend, records):
        """Link credit notes, so that they are not told back to the store."""
        if "refund" not in backend._binding_models():
            return
        backend.binder("refund").bind_many(
            [
                {
                    "external_id": record.external_id,
                    "odoo_id": record.move_id.id,
                    "sync_date": self.env.cr.now(),
                }
                for record in records
            ]
        )

    def _enforce(self, backend, record, move, total):
        """Add a rounding line within the limit; more than that is an error."""
        digits = move.currency_id.decimal_places
        difference = total - Decimal(f"{move.amount_total:.{digits}f}")
        if not difference:
            return
        coin = Decimal(1).scaleb(-digits)
        if abs(difference) > backend.rounding_limit * coin:
            raise self._error(backend, record, move, total)
        line = {
            "product_id": backend.rounding_product_id.id,
            "name": self.env._("Rounding difference with %s", backend.name),
            "quantity": 1.0,
            "price_unit": float(difference),
            "tax_ids": [Command.clear()],
        }
        move.write({"invoice_line_ids": [Command.create(line)]})

    def _error(self, backend, record, move, total):
        return BusinessRuleError(
            self.env._(
                "The store refunded %(theirs)s %(currency)s of %(order)s; a credit note"
                " of the same lines comes to %(ours).2f.",
                theirs=total,
                currency=move.currency_id.name,
                order=record.order_id.client_order_ref or record.order_id.name,
                ours=move.amount_total,
            ),
            remedy=self.env._(
                "Check the taxes of the order's lines and the company's tax rounding,"
                " or raise the rounding limit of %s; then retry.",
                backend.name,
            ),
            title=self.env._(
                "Refunds in Odoo would differ from those of %s.", backend.name
            ),
            code="refund_mismatch",
            field="refunds",
        )


def _charged(row):
    """Return a line of a credit note as one of an invoice."""
    name = "quantity" if row.get("sale_line_ids") else "price_unit"
    return {**row, name: -row[name]}
