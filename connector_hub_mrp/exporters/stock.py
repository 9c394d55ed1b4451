# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

#: formula: what Odoo's own computation calls it
FIGURES = {
    "free": "free_qty",
    "on_hand": "qty_available",
    "forecast": "virtual_available",
}


class ExporterStock(models.AbstractModel):
    """Kits: as many as their parts allow.

    A kit has no stock of its own, so it is told when the stock of a part changes.
    """

    _inherit = "hub.exporter.stock"

    @api.private
    def roots(self, flow, model, ids):
        found = super().roots(flow, model, ids)
        known, parts = set(found), list(found)
        while parts:
            parts = [key for key in self._kits_of(parts).ids if key not in known]
            known.update(parts)
        return list(known)

    def _kits_of(self, part_ids):
        """Return the products that are sold as kits of these."""
        lines = self.env["mrp.bom.line"].sudo()
        boms = lines.search(
            [("product_id", "in", part_ids), ("bom_id.type", "=", "phantom")]
        ).bom_id
        whole = boms.filtered(lambda bom: not bom.product_id).product_tmpl_id
        return self.env["product.product"].search(
            Domain("id", "in", boms.product_id.ids)
            | Domain("product_tmpl_id", "in", whole.ids)
        )

    def _told(self, products):
        return super()._told(products) | products.filtered("is_kits")

    def _quantities(self, flow, products, locations):
        kits = products.filtered("is_kits")
        found = super()._quantities(flow, products - kits, locations)
        figure = FIGURES[flow.stock_formula]
        for key, location in locations.items() if kits else ():
            here = kits.with_context(location=location.id)
            for product_id, row in here._compute_quantities_dict(
                None, None, None
            ).items():
                found[key, product_id] = row[figure]
        return found
