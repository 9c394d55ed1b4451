# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which moves carry the goods of a shipment, and which have to come before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ENDED = ("done", "cancel")

#: {(line of the order, product): quantity in the product's unit}
Wanted = dict[tuple[Any, Any], float]
#: {move: quantity in the unit of its product}
Shares = dict[Any, float]


@dataclass
class Legs:
    """What is to be moved next. ``leaves``: with that the goods are with the buyer."""

    shares: Shares
    leaves: bool = True


def is_open(record: Any) -> bool:
    """Return whether a move, or a transfer, is still to be done."""
    return record.state not in ENDED


def take(wanted: Wanted, moves: Iterable[Any]) -> tuple[Shares, Wanted]:
    """Divide what is wanted among open moves; return that, and what is left over."""
    left = dict(wanted)
    found: Shares = {}
    for move in moves:
        key = (move.sale_line_id, move.product_id)
        if key in left and is_open(move):
            unit = move.product_id.uom_id
            share = min(left[key], move.product_qty)
            if unit.compare(share, 0.0) > 0:
                found[move] = share
                left[key] -= share
            if unit.is_zero(left[key]):
                del left[key]
    return found, left


def behind(shares: Shares) -> Shares:
    """Return what of the goods has to arrive before, at its first open step."""
    found: Shares = {}
    for move, quantity in shares.items():
        unit, ahead = move.product_id.uom_id, move.move_orig_ids.filtered(is_open)
        left = quantity - reserved(move) if ahead else 0.0
        for before in ahead.sorted("id"):
            share = min(left, before.product_qty - found.get(before, 0.0))
            if unit.compare(share, 0.0) > 0:
                found[before] = found.get(before, 0.0) + share
                left -= share
    return (behind(found) or found) if found else {}


def reserved(move: Any) -> float:
    """Return how much is reserved for a move, in the unit of its product."""
    count: float = move.product_uom._compute_quantity(
        move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
    )
    return count


def depth(move: Any) -> int:
    """Return after how many others a move comes."""
    return max((depth(before) + 1 for before in move.move_orig_ids), default=0)
