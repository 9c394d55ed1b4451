# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain

from ..importers.batch import batch_of


class StockRule(models.Model):
    """A batch finds the rules of each set of routes once."""

    _inherit = "stock.rule"

    def _search_rule_for_warehouses(
        self, route_ids, packaging_uom_id, product_id, warehouse_ids, domain
    ):
        arguments = (route_ids, packaging_uom_id, product_id, warehouse_ids, domain)
        batch = batch_of(self.env.cr)
        if not batch:
            return super()._search_rule_for_warehouses(*arguments)
        key = (
            "rules",
            (self.env.uid, self.env.su, self.env.company.id),
            route_ids and tuple(route_ids.ids),
            packaging_uom_id and packaging_uom_id.id,
            tuple((product_id.route_ids | product_id.categ_id.total_route_ids).ids),
            warehouse_ids and tuple(self._routes_of(product_id, warehouse_ids).ids),
            warehouse_ids and tuple(warehouse_ids.ids),
            repr(Domain(domain)),
        )
        ask = super()._search_rule_for_warehouses
        return batch.once(key, lambda: ask(*arguments))

    def _routes_of(self, product, warehouses):
        return warehouses.route_ids.filtered(
            lambda route: self._filter_warehouse_routes(product, warehouses, route)
        )
