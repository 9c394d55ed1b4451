# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import MappingError


class ImporterPricelist(models.AbstractModel):
    """Currencies to price lists: in Odoo they alone give an order its currency."""

    _name = "hub.importer.pricelist"
    _description = "Importer of Order Currencies"

    @api.private
    def resolve(self, backend, tasks):
        """Return {currency code: price list}; empty for the company's currency.

        Tasks in a currency that is not active get an error.
        """
        codes = {task.document.currency for task in tasks}
        currencies = {
            currency.name: currency
            for currency in self.env["res.currency"].search([("name", "in", [*codes])])
        }
        mapped = self.env["hub.mapping"].sudo().lookup(backend, "pricelist")
        found = {}
        for code in sorted(codes & currencies.keys()):
            found[code] = mapped.get(code) or self._pricelist(backend, currencies[code])
        for task in tasks:
            if task.document.currency not in currencies:
                task.error = self._inactive_currency(backend, task.document)
        return found

    def _pricelist(self, backend, currency):
        none = self.env["product.pricelist"]
        if currency == backend.company_id.currency_id:
            return none
        values = {
            "name": f"{backend.name} {currency.name}",
            "currency_id": currency.id,
            "company_id": backend.company_id.id,
        }
        pricelist = none.sudo().create(values)
        self.env["hub.mapping"].sudo().create(
            {
                "backend_id": backend.id,
                "kind": "pricelist",
                "remote_value": currency.name,
                "pricelist_id": pricelist.id,
                "automatic": True,
            }
        )
        return pricelist.sudo(False)

    def _inactive_currency(self, backend, order):
        return MappingError(
            self.env._(
                "%(backend)s has orders in %(currency)s, which is not an active"
                " currency in Odoo.",
                backend=backend.name,
                currency=order.currency,
            ),
            remedy=self.env._(
                "Activate %s under Accounting › Configuration › Currencies, then"
                " retry.",
                order.currency,
            ),
            kind="currency",
            field="currency",
            value=order.currency,
        )
