# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What clients really changed: an entry per effect, never one per call.

A mutation that is answered from memory, or refused, leaves none. Tests read it to see
that a crash, a retry or a duplicate had no second effect.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


class Ledger:
    """`key`: the idempotency key of the mutation that runs now; None without one."""

    def __init__(self) -> None:
        self.entries: list[Object] = []
        self.key: str | None = None

    def note(self, mutation: str, subject: str, **facts: Any) -> None:
        """Note one effect on `subject`, a gid; `facts` are JSON values."""
        self.entries.append(
            {"mutation": mutation, "subject": subject, "key": self.key, **facts}
        )

    def of(self, mutation: str | None = None, subject: str | None = None) -> list[Any]:
        """Return the effects of one mutation, or on one object, oldest first."""
        return [
            entry
            for entry in self.entries
            if mutation in (None, entry["mutation"])
            and subject in (None, entry["subject"])
        ]
