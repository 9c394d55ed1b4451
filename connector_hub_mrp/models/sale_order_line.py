# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models

from odoo.addons.connector_hub.exceptions import BusinessRuleError
from odoo.addons.connector_hub.models.sale_order_goods import LEAVING

#: units of a line that are no difference
SAME = 1e-6


class SaleOrderLine(models.Model):
    """A line of a kit moves its components."""

    _inherit = "sale.order.line"

    @api.private
    def _hub_parts(self):
        moves = self._hub_made()
        bom = self._hub_kit()
        if not bom and (not moves or self.product_id in moves.product_id):
            return super()._hub_parts()
        parts = self._hub_components(bom) if bom else {}
        if not moves or self._hub_was_made_by(bom, parts, moves):
            return parts
        return self._hub_as_made(moves)

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

    # === BILLS THAT WERE CHANGED SINCE ===#

    def _hub_made(self):
        """Return the moves that say what the line was divided into.

        Those that leave, and those in the house after which others follow by rule:
        these are not there before. Nothing of what came back and was sent again.
        """
        return self.sudo().move_ids.filtered(
            lambda move: (
                move.product_qty
                and not move.origin_returned_move_id
                and (
                    move.picking_type_id.code in LEAVING
                    or move.picking_type_id.code == "internal"
                    and move.state not in ("done", "cancel")
                    and not move.move_dest_ids
                )
            )
        )

    def _hub_was_made_by(self, bom, parts, moves):
        """Return whether the moves are what the bill of materials says now."""
        if _demand(moves).keys() != parts.keys():
            return False
        rows = moves.bom_line_id | bom.bom_line_ids
        changed = max(
            (rows.bom_id | bom).mapped("write_date") + rows.mapped("write_date")
        )
        if changed <= min(moves.mapped("create_date")):
            return True
        alive = moves.filtered(lambda move: move.state != "cancel")
        return self._hub_fits(parts, moves) or self._hub_fits(parts, alive)

    def _hub_fits(self, parts, moves):
        """Return whether moves are for as many units of the line as they may be.

        What was refunded before it left is taken off the moves, or is about to be.
        """
        needed = _demand(moves)
        if needed.keys() != parts.keys():
            return False
        low = self.product_uom_qty - self.hub_cancelled_qty
        high = self.product_uom_qty
        for product, share in parts.items():
            # each of them was rounded up
            slack = product.uom_id.rounding * len(moves)
            low = max(low, (needed[product] - slack) / share)
            high = min(high, (needed[product] + slack) / share)
        return low <= high + SAME

    def _hub_as_made(self, moves):
        """Return the components by what the line was really divided into.

        :raises BusinessRuleError: part of that was cancelled
        """
        cancelled = moves.filtered(lambda move: move.state == "cancel")
        # of how many units the moves are is not known after refunds
        cancelled = cancelled or self.hub_cancelled_qty
        if not cancelled and self.product_uom_qty:
            needed = _demand(moves)
            return {p: count / self.product_uom_qty for p, count in needed.items()}
        order = self.order_id.name
        raise BusinessRuleError(
            self.env._(
                'The components of the kit "%(kit)s" were changed after %(order)s was'
                " confirmed, and a part of it was cancelled: how many kits its"
                " transfers are for cannot be told.",
                kit=self.product_id.display_name,
                order=order,
            ),
            title=self.env._("Kits were changed while orders of them were delivered."),
            remedy=self.env._(
                "Give the bill of materials the components that the transfers of %s"
                " have, then retry; or complete what the store did by hand in Odoo,"
                " and skip the message.",
                order,
            ),
            code="kit_changed",
        )


def _demand(moves):
    """Return {product: how much of it was to be moved, in its own unit}."""
    found = defaultdict(float)
    for move in moves:
        found[move.product_id] += move.product_qty
    return dict(found)
