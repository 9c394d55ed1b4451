# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the transfers of one order have delivered, and what they still will."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

LEAVING = ("outgoing", "dropship")
ENDED = ("done", "cancel")
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
        leaving = order.picking_ids.filtered(
            lambda picking: picking.picking_type_code in LEAVING
        )
        self._open = leaving.filtered(lambda picking: picking.state not in ENDED)
        done = leaving.filtered(lambda picking: picking.state == "done")
        #: what was delivered and no shipment of the store is known to be
        self._free = {picking: _goods_of(picking, done=True) for picking in done}

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

    def explain(self, picking: Any, delivery: Any) -> None:
        """Note that a transfer has delivered this shipment."""
        free = self._free.get(picking)
        if free is not None:
            for row in delivery.lines:
                free[row.external_id] = free.get(row.external_id, ZERO) - row.quantity

    def delivered_as(self, delivery: Any, goods: Goods) -> Any:
        """Return the transfer that has delivered a shipment already, or None.

        Of several the one with the same tracking number, and then with just these
        goods.
        """
        fits = [
            picking
            for picking, free in self._free.items()
            if goods and _covers(free, goods)
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

    def open_for(self, delivery: Any, goods: Goods) -> tuple[Any, str]:
        """Return the open transfer that is to deliver a shipment, or what forbids it.

        :return: (transfer, "") or (None, "more", "spread" or "steps")
        """
        if not goods:
            return None, ""
        total: Goods = defaultdict(Decimal)
        fits = []
        for picking in self._open:
            left = _goods_of(picking, done=False)
            for key, quantity in left.items():
                total[key] += quantity
            if _covers(left, goods):
                fits.append(picking)
        if not fits:
            return None, "spread" if _covers(total, goods) else "more"
        place = self._places.get(delivery.location_id)
        path = place.parent_path if place else ""
        fits.sort(
            key=lambda p: (
                not (path and (p.location_id.parent_path or "").startswith(path)),
                p.id,
            )
        )
        before = fits[0].move_ids.move_orig_ids
        if before.filtered(lambda move: move.state not in ENDED):
            return None, "steps"
        return fits[0], ""


def _covers(left: Goods, goods: Goods) -> bool:
    return all(left.get(key, ZERO) >= quantity for key, quantity in goods.items())


def _goods_of(picking: Any, done: bool) -> Goods:
    """Return what a transfer has delivered, or is to deliver, by line of the order."""
    found: Goods = defaultdict(Decimal)
    for move in picking.move_ids:
        line = move.sale_line_id
        if not line.hub_external_id or line.product_id != move.product_id:
            continue
        if (move.state == "done") is not done or move.state == "cancel":
            continue
        quantity = move.quantity if done else move.product_uom_qty
        found[line.hub_external_id] += Decimal(
            str(
                move.product_uom._compute_quantity(
                    quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
            )
        )
    return found
