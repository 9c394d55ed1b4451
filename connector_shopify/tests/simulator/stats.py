# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What clients asked of the simulator so far."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Stats:
    """`graphql` counts by operation name; costs are in points."""

    requests: int = 0
    token_requests: int = 0
    throttled: int = 0
    requested_cost: int = 0
    actual_cost: int = 0
    graphql: Counter[str] = field(default_factory=Counter)

    def reset(self) -> None:
        for name, value in dataclasses.asdict(Stats()).items():
            setattr(self, name, value)

    def to_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "token_requests": self.token_requests,
            "throttled": self.throttled,
            "requested_cost": self.requested_cost,
            "actual_cost": self.actual_cost,
            "graphql": dict(self.graphql),
        }
