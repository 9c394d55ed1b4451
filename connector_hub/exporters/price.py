# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models

from ..documents import Price
from ..exceptions import BusinessRuleError

#: fields of a price list's rule that change prices
RULE_FIELDS = frozenset(
    "applied_on base base_pricelist_id categ_id compute_price date_end date_start"
    " fixed_price min_quantity percent_price price_discount price_markup"
    " price_max_margin price_min_margin price_round price_surcharge pricelist_id"
    " product_id product_tmpl_id".split()
)


class ExporterPrice(models.AbstractModel):
    """Prices of linked variants: of the flow's price list, or the sales price."""

    _name = "hub.exporter.price"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Prices"
    _record_model = "product.product"
    _entity = "variant"
    _told_when_linked = True

    @api.private
    def watched(self):
        """``price_extra`` is noted where attributes make a variant dearer."""
        return {
            "product.product": {"lst_price", "price_extra", "standard_price", "uom_id"},
            "product.template": {"list_price", "categ_id", "uom_id"},
            "product.pricelist.item": RULE_FIELDS,
            "product.pricelist": {"currency_id", "item_ids"},
        }

    @api.private
    def roots(self, flow, model, ids):
        if model == "product.template":
            return self.env["product.product"]._hub_variant_ids(ids)
        if model == "product.pricelist":
            concerned = self._pricelists(self._lists_of(flow)) & set(ids)
            return self._linked_after(flow, 0, None) if concerned else []
        if model == "product.pricelist.item":
            return self._of_rules(flow, ids)
        return super().roots(flow, model, ids)

    @api.private
    def relevant(self, flow, ids):
        return set(self._remote_ids(flow, ids))

    @api.private
    def all_ids(self, flow, after, limit):
        return self._linked_after(flow, after, limit)

    @api.private
    def to_documents(self, flow, ids):
        products = self.env["product.product"].browse(ids).exists()
        remote_ids = self._remote_ids(flow, products.ids)
        pricelist = flow.pricelist_id.with_env(self.env)
        currency = pricelist.currency_id or flow.company_id.currency_id
        normal = products._price_compute("list_price", currency=currency)
        prices = normal
        if pricelist:
            prices = pricelist._get_products_price(products, 1.0, currency=currency)
        parents = self._parents(flow, products)
        now = self._now()
        found = {}
        for product in products:
            values = {
                "external_id": remote_ids.get(product.id, ""),
                "parent_id": parents.get(product.product_tmpl_id.id, ""),
                "version": now,
                "sku": product.default_code or "",
                "price": _exact(prices[product.id], currency),
                "currency": currency.name,
            }
            if values["price"] <= 0:
                found[product.id] = self._no_price(product)
                continue
            if flow.compare_price:
                before = _exact(normal[product.id], currency)
                reduced = values["price"] < before
                values["compare_at_price"] = before if reduced else None
            if flow.price_cost:
                values["cost"] = self._cost(flow, product, currency)
            found[product.id] = Price(**values)
        return found

    def _no_price(self, product):
        """What has no price of its own here may well have one there."""
        return BusinessRuleError(
            self.env._("%s has no price in Odoo.", product.display_name),
            title=self.env._("Products have no price in Odoo."),
            remedy=self.env._(
                "Set its sales price, or one in the flow's price list. What is really"
                " free is priced in the store itself; skip the message then."
            ),
            code="no_price",
            field="price",
        )

    def _parents(self, flow, products):
        """Return {template id: remote id} of the products that variants belong to."""
        backend = flow.backend_id.with_env(self.env)
        if "product" not in backend._binding_models():
            return {}
        templates = products.product_tmpl_id
        linked = backend.binder("product").to_external_many(templates)
        return {key: found[0] for key, found in linked.items()}

    def _cost(self, flow, product, currency):
        company = flow.company_id
        cost = product.with_company(company).standard_price
        cost = company.currency_id._convert(cost, currency, company, round=False)
        return _exact(cost, currency)

    def _lists_of(self, flow):
        """Return the price lists whose prices a flow tells."""
        return flow.pricelist_id

    def _pricelists(self, pricelist):
        """Return the ids of price lists and of those they are based on."""
        found = self.env["product.pricelist"]
        wanted = pricelist.with_env(self.env)
        while wanted:
            found |= wanted
            wanted = wanted.item_ids.base_pricelist_id - found
        return set(found.ids)

    def _of_rules(self, flow, ids):
        """Return the variants that rules concern; all that are linked for wide ones."""
        rules = self.env["product.pricelist.item"].browse(ids).exists()
        concerned = self._pricelists(self._lists_of(flow))
        rules = rules.filtered(lambda rule: rule.pricelist_id.id in concerned)
        narrow = rules.filtered(lambda rule: rule.product_id or rule.product_tmpl_id)
        if rules - narrow:
            return self._linked_after(flow, 0, None)
        single = narrow.filtered("product_id")
        templates = (narrow - single).product_tmpl_id
        variants = self.env["product.product"]._hub_variant_ids(templates.ids)
        return [*single.product_id.ids, *variants]


def _exact(amount, currency):
    return Decimal(str(currency.round(amount)))
