# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of a shop: what staff and buyers do to its orders, drawn from a seed.

In one round an order suffers one change at most, so whoever follows the rounds knows
what had been heard of before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from .edits import _ordered
from .fulfilment_state import FULFILLABLE
from .refund_figures import RefundRefused
from .refund_plans import refund_some, still_away

Object = dict[str, Any]

#: how often each kind of change is tried first
WEIGHTS = {
    "ship_all": 22,
    "ship_some": 16,
    "refund": 13,
    "edit_more": 8,
    "edit_less": 8,
    "edit_add": 6,
    "capture": 80,
    "pay": 25,
    "return_opened": 14,
    "return_processed": 150,
    "note": 4,
    "cancel": 3,
}
#: share of the orders whose goods lie at two locations
TWO_LOCATIONS = 0.2


class Life:
    """`happened`: all changes, ``{"round", "id", "what"}``, in their order.

    `without`: kinds of changes that do not happen.
    """

    def __init__(self, shop: Any, seed: int = 0, without: Iterable[str] = ()) -> None:
        self.shop = shop
        self.weights = {k: n for k, n in WEIGHTS.items() if k not in set(without)}
        self.rng = Random(f"life {seed}")
        self.happened: list[Object] = []
        self.round = 0

    def place(self, count: int) -> list[str]:
        """Let customers place orders of every kind; some need two locations."""
        gids = []
        generator = self.shop.generator
        for _ in range(count):
            kinds = generator.basket.scenarios(generator.count)
            if self.rng.random() < TWO_LOCATIONS:
                kinds = [*kinds, "two_locations"]
            gids += self.shop.place_orders(1, scenarios=kinds, emit=True)
        return gids

    def live(self, share: float) -> list[Object]:
        """Change about this share of the orders; return what happened."""
        self.round += 1
        before = len(self.happened)
        for gid, order in list(self.shop.orders.items()):
            if not order["cancelledAt"] and self.rng.random() < share:
                self._change(gid, order)
        return self.happened[before:]

    def _change(self, gid: str, order: Object) -> None:
        """Do the first of the changes, in a random sequence, that is possible."""
        chances = {n: self.rng.random() ** (1 / w) for n, w in self.weights.items()}
        for name in sorted(chances, key=chances.__getitem__, reverse=True):
            do: Callable[[str, Object], bool] = getattr(self, f"_{name}")
            try:
                done = do(gid, order)
            except RefundRefused:
                continue
            if done:
                self.happened.append({"round": self.round, "id": gid, "what": name})
                return

    # === EDITS ===

    def _edit_more(self, gid: str, order: Object) -> bool:
        lines = [row for row in self._whole(order) if not row["discountAllocations"]]
        return self._set(gid, lines, lambda line: self.rng.randint(1, 2))

    def _edit_less(self, gid: str, order: Object) -> bool:
        lines = [row for row in self._whole(order) if row["unfulfilledQuantity"]]
        return self._set(
            gid, lines, lambda line: -self.rng.randint(1, line["unfulfilledQuantity"])
        )

    def _set(self, gid: str, lines: list[Object], change: Any) -> bool:
        if not lines:
            return False
        line = self.rng.choice(lines)
        wanted = _ordered(line) + change(line)
        self.shop.edits.edit(gid, {line["id"]: wanted}, emit=True)
        return True

    def _edit_add(self, gid: str, order: Object) -> bool:
        if order["currencyCode"] != order["presentmentCurrencyCode"]:
            return False
        variant = self.rng.choice(self.shop.generator.basket.goods)
        self.shop.edits.edit(gid, add={variant["id"]: 1}, emit=True)
        return True

    def _whole(self, order: Object) -> list[Object]:
        """Return the lines of which nothing was removed, cancelled or refunded."""
        return [
            line
            for line in order["lineItems"]
            if line["currentQuantity"] == _ordered(line) > 0 and not line["isGiftCard"]
        ]

    # === GOODS ===

    def _ship_all(self, gid: str, order: Object) -> bool:
        if not self._open(order):
            return False
        self.shop.dispatch.ship(gid, number=self._number(), company="DHL", emit=True)
        return True

    def _ship_some(self, gid: str, order: Object) -> bool:
        left = {key: units for key, units in self._open(order).items() if units}
        some = {key: self.rng.randint(0, units) for key, units in left.items()}
        if not any(some.values()):
            return False
        some = {key: units for key, units in some.items() if units}
        self.shop.dispatch.ship(
            gid, some, number=self._number(), company="DPD", emit=True
        )
        return True

    def _open(self, order: Object) -> dict[str, int]:
        found: dict[str, int] = {}
        for work in order["fulfillmentOrders"]:
            for row in work["lineItems"] if work["status"] in FULFILLABLE else ():
                gid = row["lineItem"]["id"]
                found[gid] = found.get(gid, 0) + row["remainingQuantity"]
        return {gid: units for gid, units in found.items() if units}

    def _number(self) -> str:
        return f"L{self.rng.randrange(10**9):09d}"

    def _return_opened(self, gid: str, order: Object) -> bool:
        if any(row["status"] == "OPEN" for row in order["returns"]):
            return False
        away = still_away(self.shop, order)
        for fulfillment in order["fulfillments"]:
            for item in fulfillment["fulfillmentLineItems"]:
                line = item["lineItem"]
                units = min(
                    item["quantity"], line["refundableQuantity"], away[line["id"]]
                )
                if units > 0:
                    wanted = {line["id"]: self.rng.randint(1, units)}
                    self.shop.refunds.returns.open(gid, wanted, emit=True)
                    return True
        return False

    def _return_processed(self, gid: str, order: Object) -> bool:
        returns = self.shop.refunds.returns
        for found in order["returns"]:
            if found["status"] == "OPEN" and self._is_there(order, found):
                refund = returns.process(found, self._location())
                self.shop.refunds.emit(refund)
                return True
        return False

    def _is_there(self, order: Object, found: Object) -> bool:
        """Return whether what is announced was not refunded otherwise."""
        away = still_away(self.shop, order)
        return all(
            row["quantity"]
            <= min(
                row["fulfillmentLineItem"]["lineItem"]["refundableQuantity"],
                away[row["fulfillmentLineItem"]["lineItem"]["id"]],
            )
            for row in found["returnLineItems"]
        )

    def _location(self) -> str:
        return str(next(iter(self.shop.collection("locations").objects)))

    # === MONEY ===

    def _capture(self, gid: str, order: Object) -> bool:
        if not self.shop.till.held(gid):
            return False
        self.shop.till.capture(gid, emit=True)
        return True

    def _pay(self, gid: str, order: Object) -> bool:
        till = self.shop.till
        if till.held(gid) or order["refunds"] or till.owed(gid)[1] <= 0:
            return False
        till.pay(gid, emit=True)
        return True

    def _refund(self, gid: str, order: Object) -> bool:
        made = refund_some(self.shop, gid, self.rng)
        if made is None:
            return False
        self.shop.refunds.emit(made)
        return True

    # === THE REST ===

    def _note(self, gid: str, order: Object) -> bool:
        self.shop.touch(gid, note=f"Note {self.rng.randrange(1000)}", emit=True)
        return True

    def _cancel(self, gid: str, order: Object) -> bool:
        if order["fulfillments"] or order["refunds"]:
            return False
        if self.shop.till.held(gid):
            self.shop.till.void(gid)
        self.shop.edits.cancel(gid, emit=True)
        return True
