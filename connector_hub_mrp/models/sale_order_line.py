# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models


class SaleOrderLine(models.Model):
    """A line of a kit moves its components."""

    _inherit = "sale.order.line"

    @api.private
    def _hub_parts(self):
        bom = self._hub_kit()
        return self._hub_components(bom) if bom else super()._hub_parts()

    def _hub_kit(self):
        """Return the bill of materials by which the line was divided, as Odoo does."""
        moves = self.sudo().move_ids.filtered(lambda move: move.state != "cancel")
        boms = moves.bom_line_id.bom_id
        found = boms.filtered(
            lambda bom: (
                bom.type == "phantom"
                and (
                    bom.product_id == self.product_id
                    or bom.product_tmpl_id == self.product_id.product_tmpl_id
                    and not bom.product_id
                )
            )
        )[:1]
        if found or self.product_id in moves.product_id:
            return found
        boms = self.env["mrp.bom"].sudo()
        return boms._bom_find(
            self.product_id, company_id=self.company_id.id, bom_type="phantom"
        )[self.product_id]

    def _hub_components(self, bom):
        """Return {component: how much of it one unit of the line needs}.

        By the whole line, as its transfers were made: parts of a unit were rounded up.
        """
        ordered = self.product_uom_qty or 1.0
        count = self.product_uom_id._compute_quantity(
            ordered, bom.product_uom_id, round=False
        )
        _boms, rows = bom.explode(
            self.product_id,
            count / bom.product_qty,
            never_attribute_values=self.product_no_variant_attribute_value_ids,
        )
        found = defaultdict(float)
        for row, data in rows:
            product = row.product_id
            if product.type != "service" and data["qty"]:
                found[product] += (
                    row.product_uom_id._compute_quantity(
                        data["qty"], product.uom_id, round=False
                    )
                    / ordered
                )
        return dict(found)
