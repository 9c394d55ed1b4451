# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.tools.misc import formatLang

from ..documents.hold import Risk
from ..documents.order import LineKind


class ImporterOrderReleaseCheck(models.AbstractModel):
    """The release rules, each asked for all orders of a batch at once.

    A rule of the kind ``x`` is the method ``_check_x(rule, pairs, held)``: it gets
    [(document, sale order)] and the ids of the orders that another rule holds already,
    and returns {order id: why it is held}. Rules about credit and stock count what the
    orders before have used up.
    """

    _name = "hub.importer.order.release.check"
    _description = "Release Rules of Orders"

    @api.private
    def reasons(self, backend, pairs):
        """Return {order id: [(rule, why it is held)]}; nothing for those to confirm."""
        found = defaultdict(list)
        if not pairs:
            return found
        for rule in backend.sudo().release_rule_ids.filtered("active"):
            check = getattr(self, f"_check_{rule.kind}")
            for order_id, text in check(rule, pairs, found.keys()).items():
                found[order_id].append((rule, text))
        return found

    # === THE STORE ===#

    def _check_hold(self, rule, pairs, held):
        return {
            order.id: self.env._(
                "%(store)s does not let it be delivered: %(reasons)s",
                store=rule.backend_id.name,
                reasons=", ".join(
                    f"{hold.reason} ({hold.note})" if hold.note else hold.reason
                    for hold in document.holds
                ),
            )
            for document, order in pairs
            if document.holds
        }

    def _check_risk(self, rule, pairs, held):
        words = {
            Risk.CANCEL: self.env._("to cancel it"),
            Risk.INVESTIGATE: self.env._("to investigate it"),
        }
        bad = set(words)
        if rule.risk_from == "cancel":
            bad = {Risk.CANCEL}
        return {
            order.id: self.env._(
                "The risk assessment of %(store)s advises %(what)s.",
                store=rule.backend_id.name,
                what=words[document.risk],
            )
            for document, order in pairs
            if document.risk in bad
        }

    # === THE CUSTOMER ===#

    def _check_customer(self, rule, pairs, held):
        found = {}
        for _document, order in pairs:
            partner = order.partner_id
            for contact in partner | partner.commercial_partner_id:
                if not contact.active:
                    found[order.id] = self.env._("%s is archived.", contact.name)
                elif contact.sale_warn_msg:
                    found[order.id] = f"{contact.name}: {contact.sale_warn_msg}"
        return found

    def _check_credit(self, rule, pairs, held):
        company = rule.company_id
        if not company.account_use_credit_limit:
            return {}
        found, used = {}, defaultdict(float)
        for document, order in pairs:
            # who may see what a customer owes is nothing an import depends on
            partner = order.partner_id.commercial_partner_id.sudo()
            partner = partner.with_company(company)
            limit = partner.credit_limit
            if not limit:
                continue
            owed = partner.credit + partner.credit_to_invoice + used[partner.id]
            owed += self._unpaid(document, order) / (order.currency_rate or 1.0)
            if company.currency_id.compare_amounts(owed, limit) > 0:
                found[order.id] = self.env._(
                    "%(customer)s would owe %(owed)s; the credit limit is %(limit)s.",
                    customer=partner.name,
                    owed=formatLang(self.env, owed, currency_obj=company.currency_id),
                    limit=formatLang(self.env, limit, currency_obj=company.currency_id),
                )
            elif order.id not in held:
                used[partner.id] = owed - partner.credit - partner.credit_to_invoice
        return found

    def _unpaid(self, document, order):
        """Return what the buyer still has to pay, in the order's currency."""
        if document.outstanding is None:
            return order.amount_total
        return min(float(document.outstanding), order.amount_total)

    # === PRICES AND TAXES ===#

    def _check_price(self, rule, pairs, held):
        found = {}
        for document, order in pairs:
            wrong = []
            for theirs, line in self._goods(rule, document, order):
                listed, asked = self._net_prices(order, theirs, line)
                if abs(asked - listed) * 100 > rule.percent * abs(listed):
                    wrong.append(
                        self.env._(
                            "%(product)s costs %(asked)s there, %(listed)s here",
                            product=line.product_id.display_name,
                            asked=formatLang(self.env, asked),
                            listed=formatLang(self.env, listed),
                        )
                    )
            if wrong:
                found[order.id] = self.env._(
                    "Prices without taxes differ by more than %(percent)s %%:"
                    " %(lines)s.",
                    percent=f"{rule.percent:g}",
                    lines="; ".join(wrong),
                )
        return found

    def _net_prices(self, order, theirs, line):
        """Return (the price list's price, the store's) of one unit, without taxes."""
        product, currency = line.product_id, order.currency_id
        listed = order.pricelist_id._get_product_price(
            product,
            line.product_uom_qty or 1.0,
            currency=currency,
            uom=line.product_uom_id,
            date=order.date_order,
        )
        own_taxes = product.taxes_id._filter_taxes_by_company(order.company_id)
        return tuple(
            taxes.compute_all(price, currency=currency, product=product)[
                "total_excluded"
            ]
            for taxes, price in (
                (own_taxes, listed),
                (line.tax_ids, float(theirs.unit_price)),
            )
        )

    def _check_tax(self, rule, pairs, held):
        found = {}
        for document, order in pairs:
            wrong = []
            for _theirs, line in self._goods(rule, document, order):
                taxes = line.product_id.taxes_id._filter_taxes_by_company(
                    order.company_id
                )
                due = order.fiscal_position_id.map_tax(taxes)
                if _rates(due) != _rates(line.tax_ids):
                    wrong.append(
                        self.env._(
                            "%(product)s has %(theirs)s there, %(ours)s here",
                            product=line.product_id.display_name,
                            theirs=_named(line.tax_ids),
                            ours=_named(due),
                        )
                    )
            if wrong:
                found[order.id] = self.env._("Taxes differ: %s.", "; ".join(wrong))
        return found

    def _goods(self, rule, document, order):
        """Yield (line of the document, sale order line) of real products."""
        ours = {line.hub_external_id: line for line in order.order_line}
        for line in document.lines:
            found = ours.get(line.external_id)
            if (
                found
                and line.kind is LineKind.PRODUCT
                and found.product_id != rule.backend_id.custom_product_id
            ):
                yield line, found


def _rates(taxes):
    """Return what a set of taxes charges; how a tax is shown does not matter."""
    return sorted(
        (tax.amount_type, tax.amount)
        for tax in taxes.flatten_taxes_hierarchy()
        if tax.amount
    )


def _named(taxes):
    return " + ".join(taxes.mapped("name")) or "0"
