# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the transfers of one order have delivered, and what they still will."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .order_legs import Legs, Wanted, behind, depth, is_open, take

LEAVING = ("outgoing", "dropship")
ZERO = Decimal(0)

#: {id of the order's line: quantity in that line's unit}
Goods = dict[str, Decimal]


class Transfers:
    """The deliveries of one order, read once.

    :param order: a sale order
    :param places: {the store's location: stock location, or None}
    """

    def __init__(self, order: Any, places: dict[str, Any]) -> None:
        self.order = order
        self._places = places
        self._lines = {
            line.hub_external_id: line
            for line in order.order_line
            if line.hub_external_id
        }
        delivered, self._waiting = order._hub_goods_out()
        #: what was delivered and no shipment of the store is known to be
        self._free = {picking: _by_id(goods) for picking, goods in delivered.items()}

    def goods(self, delivery: Any) -> tuple[Goods, bool]:
        """Return what a shipment moves, and whether it names lines nobody knows."""
        found: Goods = {}
        unknown = False
        for row in delivery.lines:
            line = self._lines.get(row.external_id)
            if line is None:
                unknown = True
            elif line.qty_delivered_method == "stock_move":
                found[row.external_id] = row.quantity
        return found, unknown

    # === WHAT WAS DELIVERED ===#

    def explain(self, picking: Any, delivery: Any) -> None:
        """Note that a transfer, with those of the same parcel, delivered a shipment."""
        first = self._free.get(picking)
        if first is None:
            return
        along = [self._free.get(other, {}) for other in picking.hub_shipped_along_ids]
        for row in delivery.lines:
            key, left = row.external_id, row.quantity
            for free in along:
                share = min(free.get(key, ZERO), left)
                if share > 0:
                    free[key] -= share
                    left -= share
            first[key] = first.get(key, ZERO) - left

    def delivered_as(self, delivery: Any, goods: Goods) -> Any:
        """Return the transfer that has delivered a shipment already, or None.

        Of several the one with the same tracking number, and then with just these
        goods.
        """
        fits = [
            picking
            for picking, free in self._free.items()
            if goods and all(free.get(k, ZERO) >= count for k, count in goods.items())
        ]
        numbers = ", ".join(delivery.tracking_numbers)
        fits.sort(
            key=lambda picking: (
                not numbers or numbers != (picking.hub_tracking_number or ""),
                {k: v for k, v in self._free[picking].items() if v} != goods,
                picking.id,
            )
        )
        return fits[0] if fits else None

    # === WHAT WILL BE ===#

    def legs_for(self, delivery: Any, goods: Goods) -> tuple[Legs | None, str]:
        """Return what is to be moved next for a shipment, or what forbids it.

        :return: (legs, "") or (None, "more"); (None, "") when it moves nothing
        """
        wanted = self._wanted(goods)
        if not wanted:
            return None, ""
        taken, missing = take(wanted, self._leaving(delivery, wanted))
        if not missing:
            before = behind(taken)
            return (Legs(before, False) if before else Legs(taken)), ""
        before, missing = take(missing, self._earlier())
        return (None, "more") if missing else (Legs(before, False), "")

    def _wanted(self, goods: Goods) -> Wanted:
        """Return what has to leave; parts that wait for others have left already."""
        found: Wanted = {}
        for key, quantity in goods.items():
            line = self._lines[key]
            waiting = self._waiting.get(line, {})
            for product, share in line._hub_parts().items():
                units = float(quantity) - waiting.get(product, 0.0)
                count = product.uom_id.round(units * share, rounding_method="UP")
                if count > 0:
                    found[line, product] = count
        return found

    def _leaving(self, delivery: Any, wanted: Wanted) -> list[Any]:
        """Return the open moves to the customer, those to be taken first first.

        Of the transfers that is one that has everything, and then those at the place
        that the store names.
        """
        place = self._places.get(delivery.location_id)
        path = place.parent_path if place else ""
        pickings = self.order.picking_ids.filtered(
            lambda picking: picking.picking_type_code in LEAVING and is_open(picking)
        )
        return [
            move
            for picking in pickings.sorted(
                lambda p: (
                    bool(take(wanted, p.move_ids)[1]),
                    not (path and (p.location_id.parent_path or "").startswith(path)),
                    p.id,
                )
            )
            for move in picking.move_ids
        ]

    def _earlier(self) -> list[Any]:
        """Return the open moves after which others follow by rule, the last ones first.

        These follow when goods are moved, and are not there before.
        """
        pickings = self.order.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "internal"
        )
        moves = pickings.move_ids.filtered(
            lambda move: not move.move_dest_ids and not move.origin_returned_move_id
        )
        return sorted(moves, key=lambda move: (-depth(move), move.id))


def _by_id(goods: dict[Any, float]) -> Goods:
    return {
        line.hub_external_id: Decimal(str(line.product_uom_id.round(quantity)))
        for line, quantity in goods.items()
        if line.hub_external_id
    }
