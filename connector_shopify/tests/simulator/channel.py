# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The way a shop's webhooks take: a lossy one, where a test wants it.

Shopify promises neither order nor delivery, and sends some twice. What happens to each
webhook is drawn from a seed, so a run can be repeated, and is on record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

Object = dict[str, Any]

#: a webhook that is late is overtaken by so many others
OVERTAKEN_BY = (1, 12)


class Channel:
    """`send` puts a delivery on its way; see `configure` for what may happen to it."""

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send = send
        self._late: list[list[Any]] = []
        self.configure()

    def configure(
        self,
        seed: int = 0,
        duplicated: float = 0.0,
        reordered: float = 0.0,
        lost: float = 0.0,
    ) -> None:
        """Set the shares of webhooks that come twice, too late, or never."""
        self._rng = Random(f"channel {seed}")
        self._shares = {"lost": lost, "duplicated": duplicated, "reordered": reordered}
        self.counts = {"sent": 0, **dict.fromkeys(self._shares, 0)}

    def pass_on(self, delivery: Any) -> None:
        self.counts["sent"] += 1
        fate = {name: self._rng.random() < s for name, s in self._shares.items()}
        place = self._rng.randint(*OVERTAKEN_BY)
        if fate["lost"]:
            self.counts["lost"] += 1
            delivery.lost = True
            return
        if fate["duplicated"]:
            self.counts["duplicated"] += 1
            self._late.append([place, replace(delivery)])
        if fate["reordered"]:
            self.counts["reordered"] += 1
            self._late.append([place, delivery])
        else:
            self._send(delivery)
        self._let_pass()

    def flush(self) -> int:
        """Send what is late; return how many there were."""
        late, self._late = self._late, []
        for _place, delivery in late:
            self._send(delivery)
        return len(late)

    def _let_pass(self) -> None:
        for row in self._late:
            row[0] -= 1
        due = [row for row in self._late if row[0] < 0]
        self._late = [row for row in self._late if row[0] >= 0]
        for _place, delivery in due:
            self._send(delivery)
