# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models
from odoo.tools import float_compare


class ImporterOrderReleaseCheck(models.AbstractModel):
    """Whether what was ordered is there, and what happens if not."""

    _inherit = "hub.importer.order.release.check"

    def _check_stock(self, rule, pairs, held):
        needs = {order.id: _needs(order) for _document, order in pairs}
        needs = {order_id: wanted for order_id, wanted in needs.items() if wanted}
        if not needs:
            return {}
        orders = [order for _document, order in pairs if order.id in needs]
        free = self._free(rule, orders, needs)
        found = {}
        for order in orders:
            wanted = needs[order.id]
            place = self._place(rule, order, wanted, free)
            if not place and rule.shortage in ("hold", "warehouse"):
                found[order.id] = self._missing(order, wanted, free)
                continue
            if place and place != order.warehouse_id:
                order.warehouse_id = place
            elif not place:
                order.picking_policy = (
                    "one" if rule.shortage == "together" else "direct"
                )
            if order.id not in held:
                for product, quantity in wanted.items():
                    free[order.warehouse_id][product] -= quantity
        return found

    def _free(self, rule, orders, needs):
        """Return {warehouse: {product: free quantity}}, a few statements for all."""
        products = self.env["product.product"].union(
            *(product for wanted in needs.values() for product in wanted)
        )
        warehouses = self.env["stock.warehouse"].union(
            *(order.warehouse_id for order in orders)
        )
        if rule.shortage.startswith("warehouse"):
            warehouses |= warehouses.search([("company_id", "=", rule.company_id.id)])
        # what this transaction has reserved counts as well
        products.invalidate_recordset(["free_qty"])
        return {
            warehouse: {
                product: product.free_qty
                for product in products.with_context(warehouse_id=warehouse.id)
            }
            for warehouse in warehouses
        }

    def _place(self, rule, order, wanted, free):
        """Return the warehouse that has everything, first of all the order's own."""
        others = [warehouse for warehouse in free if warehouse != order.warehouse_id]
        if not rule.shortage.startswith("warehouse"):
            others = []
        for warehouse in (order.warehouse_id, *others):
            if not self._lacking(warehouse, wanted, free):
                return warehouse
        return order.warehouse_id.browse()

    def _lacking(self, warehouse, wanted, free):
        return [
            product
            for product, quantity in wanted.items()
            if float_compare(
                free[warehouse][product],
                quantity,
                precision_rounding=product.uom_id.rounding,
            )
            < 0
        ]

    def _missing(self, order, wanted, free):
        own = free[order.warehouse_id]
        return self.env._(
            "Not in stock in %(warehouse)s: %(products)s.",
            warehouse=order.warehouse_id.name,
            products="; ".join(
                self.env._(
                    "%(product)s (%(wanted)g ordered, %(free)g free)",
                    product=product.display_name,
                    wanted=wanted[product],
                    free=max(own[product], 0.0),
                )
                for product in self._lacking(order.warehouse_id, wanted, free)
            ),
        )


def _needs(order):
    """Return {storable product: quantity in its own unit}."""
    wanted = defaultdict(float)
    for line in order.order_line:
        if line.product_id.type == "consu":
            for product, share in line._hub_parts().items():
                if product.is_storable:
                    count = line.product_uom_qty * share
                    wanted[product] += product.uom_id.round(count)
    return wanted
