# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL, float_round

from ..documents import LocationLevel, StockLevel
from ..exceptions import BusinessRuleError

ZERO = Decimal(0)


class ExporterStock(models.AbstractModel):
    """Stock of linked variants, per mapped location with everything below it."""

    _name = "hub.exporter.stock"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Stock Levels"
    _record_model = "product.product"
    _entity = "variant"
    _told_when_linked = True

    @api.private
    def watched(self):
        """``qty_available`` stands for quants, ``virtual_available`` for moves."""
        names = {"qty_available", "is_storable"}
        flows = self.env["hub.flow"].sudo()
        if flows.search_count(
            [("document", "=", "stock"), ("stock_formula", "=", "forecast")], limit=1
        ):
            names.add("virtual_available")
        return {"product.product": names, "product.template": {"is_storable"}}

    @api.private
    def roots(self, flow, model, ids):
        if model == "product.template":
            return self.env["product.product"]._hub_variant_ids(ids)
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
        products.fetch(["default_code", "product_tmpl_id"])
        storable = self._told(products)
        locations = self._locations(flow)
        if not locations:
            return dict.fromkeys(storable.ids, self._no_location(flow))
        remote_ids = self._remote_ids(flow, storable.ids)
        levels = self._levels(flow, storable, locations)
        now = self._now()
        return {
            product.id: StockLevel(
                external_id=remote_ids.get(product.id, ""),
                version=now,
                sku=product.default_code or "",
                levels=levels[product.id],
            )
            for product in storable
        }

    def _told(self, products):
        """Return those of which there is a stock to tell."""
        return products.filtered("is_storable")

    def _locations(self, flow):
        """Return {id of the remote location: location} of those that are mapped."""
        mappings = self.env["hub.mapping"].sudo()
        found = mappings.lookup(flow.backend_id, "location")
        return {key: location for key, location in found.items() if location}

    def _no_location(self, flow):
        return BusinessRuleError(
            self.env._("No location of %s is mapped.", flow.backend_id.name),
            title=self.env._("Stock levels have no location to go to."),
            remedy=self.env._(
                "Map the locations under Configuration › Mappings, then retry."
            ),
            code="no_location",
        )

    def _levels(self, flow, products, locations):
        """Return {product id: levels in every location}."""
        quantities = self._quantities(flow, products, locations)
        safety = _exact(flow.safety_stock, 1e-6)
        roundings = {product.id: product.uom_id.rounding for product in products}
        return {
            product_id: tuple(
                LocationLevel(
                    location_id=key,
                    available=max(
                        _exact(quantities.get((key, product_id), 0.0), rounding)
                        - safety,
                        ZERO,
                    ),
                )
                for key in locations
            )
            for product_id, rounding in roundings.items()
        }

    def _quantities(self, flow, products, locations):
        """Return {(remote location, product id): quantity} by the flow's formula."""
        if flow.stock_formula == "forecast":
            return self._forecast(products, locations)
        return self._on_hand(flow, products, locations)

    def _on_hand(self, flow, products, locations):
        """Return {(remote location, product id): quantity}.

        One statement for all locations; Odoo's own fields need several for each.
        """
        self.env["stock.quant"].flush_model()
        free = flow.stock_formula == "free"
        reserved = SQL("q.reserved_quantity") if free else SQL("0")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT place.key, q.product_id, sum(q.quantity - %(reserved)s)
                  FROM unnest(%(keys)s::text[], %(paths)s::text[]) AS place(key, path)
                  JOIN stock_location l ON l.parent_path LIKE place.path || '%%'
                   AND l.usage IN ('internal', 'transit')
                  JOIN stock_quant q ON q.location_id = l.id
                 WHERE q.product_id = ANY(%(products)s)
              GROUP BY 1, 2
                """,
                reserved=reserved,
                keys=list(locations),
                paths=[location.sudo().parent_path for location in locations.values()],
                products=products.ids,
            )
        )
        return {(key, product_id): quantity for key, product_id, quantity in rows}

    def _forecast(self, products, locations):
        """Return the same, with what is planned to come and to go."""
        return {
            (key, product_id): values["virtual_available"]
            for key, location in locations.items()
            for product_id, values in products.with_context(location=location.id)
            ._compute_quantities_dict(None, None, None)
            .items()
        }


def _exact(quantity, rounding):
    rounded = float_round(quantity, precision_rounding=rounding)
    return Decimal(int(rounded) if rounded == int(rounded) else str(rounded))
