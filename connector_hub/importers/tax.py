# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import MappingError

#: two rates this close are the same: stores send floats
RATE_TOLERANCE = 0.0005
#: how the text of a remote tax ends
INCLUDED, EXCLUDED = "incl.", "excl."


class ImporterTax(models.AbstractModel):
    """Remote taxes to Odoo taxes: mapped, else matched by rate and price-include."""

    _name = "hub.importer.tax"
    _description = "Importer of Taxes"

    @api.private
    def resolve(self, backend, wanted):
        """Return the Odoo tax, or the error, of every remote tax.

        What is found by its rate is kept as an automatic mapping, so that people see
        it and can correct it.

        :param wanted: iterable of (title, rate in percent, price included)
        :return: {(title, rate, included): account.tax, MappingError; empty when
            ignored}
        """
        none = self.env["account.tax"]
        mapped = self.env["hub.mapping"].sudo().lookup(backend, "tax")
        found, new = {}, []
        for key in sorted(set(wanted)):
            value = self.remote_value(*key)
            if value in mapped:
                found[key] = none.browse(mapped[value].ids if mapped[value] else [])
                continue
            tax = self._match(backend, *key)
            if tax:
                new.append({"remote_value": value, "tax_id": tax.id})
                found[key] = tax
            else:
                found[key] = self._missing(backend, key)
        self._remember(backend, new)
        return found

    @api.private
    def remote_value(self, title, rate, included):
        """Return the text under which a remote tax is mapped."""
        kind = INCLUDED if included else EXCLUDED
        return f"{title} {float(rate):g}% {kind}"

    def _remember(self, backend, new):
        if new:
            rows = [{**values, "kind": "tax"} for values in new]
            self.env["hub.mapping"].sudo().propose(backend, rows)

    def _match(self, backend, title, rate, included):
        """Return the company's sale tax of that rate: by name, its default, first."""
        company = backend.company_id
        taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", ">=", float(rate) - RATE_TOLERANCE),
                ("amount", "<=", float(rate) + RATE_TOLERANCE),
                ("price_include", "=", included),
            ]
        )
        return (
            taxes.filtered(lambda tax: tax.name.casefold() == title.casefold())
            or (taxes & company.account_sale_tax_id)
            or taxes
        )[:1]

    def _missing(self, backend, key):
        value = self.remote_value(*key)
        return MappingError(
            self.env._(
                'Tax "%(tax)s" of %(backend)s has no Odoo tax.',
                tax=value,
                backend=backend.name,
            ),
            remedy=self.env._(
                "Choose the Odoo tax it stands for, or create a sales tax of that rate"
                " (%s), then retry.",
                self.env._("included in the price")
                if key[2]
                else self.env._("not included in the price"),
            ),
            kind="tax",
            field="taxes",
            value=value,
        )
