# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults to order: what the next requests shall suffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = ("status", "timeout", "close", "slow", "throttled", "invalid_json")
WHEN = ("before", "after")


@dataclass(slots=True)
class Fault:
    """One kind of trouble for `count` requests.

    `kind`: status (answer `status`), timeout (silence for `seconds`, then close), close
    (no answer), slow (answer after `seconds`), throttled, invalid_json.
    `when`: before the request is executed, or after: executed, but the answer is lost.
    `operation`: only requests with this GraphQL operation name; ``oauth`` for tokens.
    """

    kind: str
    count: int = 1
    status: int = 503
    seconds: float = 30.0
    when: str = "before"
    operation: str | None = None
    retry_after: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.when not in WHEN:
            raise ValueError(f"kind must be one of {KINDS}, when one of {WHEN}")


class Faults:
    def __init__(self) -> None:
        self._pending: list[Fault] = []

    def add(self, kind: str, **options: Any) -> None:
        self._pending.append(Fault(kind, **options))

    def clear(self) -> None:
        self._pending.clear()

    def take(self, operation: str | None) -> Fault | None:
        """Return the first fault that applies, and use it up once."""
        for fault in self._pending:
            if fault.operation in (None, operation):
                fault.count -= 1
                if fault.count <= 0:
                    self._pending.remove(fault)
                return fault
        return None
