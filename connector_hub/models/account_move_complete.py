# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import clean_context

from ..importers.batch import batch_of

#: what keeps Odoo from completing entries while they are written
QUIET = {"skip_invoice_sync": True, "skip_invoice_line_sync": True}
#: what no tax or due amount depends on
INDEPENDENT = {"state", "posted_before", "is_manually_modified", "made_sequence_gap"}
#: what makes Odoo add further items to an invoice
PARTICULAR = {
    "invoice_payment_term_id",
    "invoice_cash_rounding_id",
    "line_ids",
    "tax_totals",
    "quick_edit_total_amount",
}
#: what makes it add further items to another entry
TAXED = {"tax_ids", "tax_line_id", "tax_repartition_line_id", "tax_tag_ids"}
#: methods of entries and of their items by which Odoo completes them
COMPLETING = {
    "_compute_needed_terms",
    "_get_sync_stack",
    "_recompute_cash_rounding_lines",
    "_sync_dynamic_line",
    "_sync_dynamic_lines",
    "_sync_invoice",
    "_sync_rounding_lines",
    "_sync_tax_lines",
    "_sync_unbalanced_lines",
}
#: addons whose say concerns no invoice of a customer
HARMLESS = {"account", "hr_expense"}


class AccountMove(models.Model):
    """The invoices of a batch get their tax and due items together, once.

    Odoo compares whole entries before and after each of its own steps to find out what
    has to be completed. Of an entry that is new that is known: its own methods say what
    is missing, and all of it is created in one go. Whatever is out of the ordinary is
    left to Odoo.
    """

    _inherit = "account.move"

    @api.model_create_multi
    def create(self, vals_list):
        if not batch_of(self.env.cr):
            return super().create(vals_list)
        kinds = [self._is_plain(vals) for vals in vals_list]
        plain = [vals for vals, kind in zip(vals_list, kinds, strict=True) if kind]
        other = [vals for vals, kind in zip(vals_list, kinds, strict=True) if not kind]
        quiet = self.with_context(**QUIET, check_move_validity=False)
        made = super(AccountMove, quiet).create(plain)
        made._complete_together()
        moves = made.with_env(self.env)
        with moves._check_balanced({"records": moves}):
            found = {True: iter(moves), False: iter(super().create(other))}
        return self.browse(next(found[kind]).id for kind in kinds)

    def write(self, vals):
        if (
            batch_of(self.env.cr)
            and INDEPENDENT.issuperset(vals)
            and all(self._completes_for(company) for company in self.company_id)
        ):
            self = self.with_context(**QUIET)  # noqa: PLW0642
        return super().write(vals)

    def _invoice_paid_hook(self):
        # what addons make of a paid invoice is completed as ever
        own = self.with_context(skip_invoice_sync=False)
        return super(AccountMove, own)._invoice_paid_hook()

    # === WHICH ===#

    def _is_plain(self, vals):
        """Return whether nothing but taxes and one due date completes an entry."""
        return self._is_plain_invoice(vals) or self._is_plain_entry(vals)

    def _completes_for(self, company):
        """Return whether neither addons nor settings have items of their own to add."""
        settings = company.sudo()
        return (
            not settings.account_discount_expense_allocation_id
            and not self._completing_addons()
        )

    def _completing_addons(self):
        """Return the addons that have a say in how entries are completed."""
        classes = type(self).mro() + type(self.env["account.move.line"]).mro()
        found = {
            getattr(parent, "_module", None)
            for parent in classes
            if COMPLETING & vars(parent).keys()
        }
        return found - HARMLESS

    def _is_plain_invoice(self, vals):
        company = self.env["res.company"].browse(vals.get("company_id"))
        return (
            self._type_in(vals) == "out_invoice"
            and bool(vals.get("invoice_date") and company)
            and self._completes_for(company)
            and "invoice_payment_term_id" in vals
            and not any(vals.get(name) for name in PARTICULAR)
            and _are_new(vals.get("invoice_line_ids"))
        )

    def _is_plain_entry(self, vals):
        rows = vals.get("line_ids")
        return (
            self._type_in(vals) == "entry"
            and self._completes_for(self.env.company)
            and not vals.get("invoice_line_ids")
            and _are_new(rows)
            and not any(row[2].get(name) for row in rows for name in TAXED)
        )

    def _type_in(self, vals):
        default = self.env.context.get("default_move_type")
        return vals.get("move_type") or default

    # === COMPLETING ===#

    def _complete_together(self):
        """Create the tax items and the due items of new invoices."""
        rows = []
        for move in self:
            if move.is_invoice():
                found = move._tax_items()
                rows += [*found, move._due_item(found)]
        if rows:
            lines = self.env["account.move.line"]
            lines.with_context(clean_context(self.env.context)).create(rows)

    def _tax_items(self):
        """Return the values of an invoice's tax items, and correct its other items."""
        taxes = self.env["account.tax"]
        base, _taxes = self._get_rounded_base_and_tax_lines(round_from_tax_lines=False)
        taxes._add_accounting_data_in_base_lines_tax_details(
            base, self.company_id, include_caba_tags=self.always_tax_exigible
        )
        found = taxes._prepare_tax_lines(base, self.company_id)
        for row, amounts in found["base_lines_to_update"]:
            line = row["record"]
            if any(
                line._fields[name].convert_to_write(line[name], self) != value
                for name, value in amounts.items()
            ):
                line.write(amounts)
        return [
            {**values, "display_type": "tax", "move_id": self.id}
            for values in found["tax_lines_to_add"]
        ]

    def _due_item(self, tax_items):
        """Return the values of the item that waits for the payment of an invoice."""
        return {
            "move_id": self.id,
            "display_type": "payment_term",
            "date_maturity": self.invoice_date_due,
            "discount_date": False,
            "discount_balance": 0.0,
            "discount_amount_currency": 0.0,
            **{
                name: -sum(self.line_ids.mapped(name))
                - sum(row[name] for row in tax_items)
                for name in ("balance", "amount_currency")
            },
        }


def _are_new(commands):
    return bool(commands) and all(command[0] == 0 for command in commands)
