# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes to an adapter to be sent, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ..exceptions import HubError

#: {(entity, Odoo id): remote id, or several of one record}
Links = Mapping[tuple[str, int], "str | tuple[str, ...]"]


class Safety(Enum):
    """What makes it safe to repeat an operation whose outcome is unknown.

    ``KEYED``: the remote knows the key again (an idempotency key, or an upsert by an
    external id): the same call with the same key has no second effect.
    ``PROBED``: the remote can be asked whether it happened.
    ``MANUAL``: neither; a person decides.
    """

    KEYED = "keyed"
    PROBED = "probed"
    MANUAL = "manual"


@dataclass(frozen=True)
class Operation:
    """How an adapter performs one action on one document.

    :param name: the remote's own name of it, for people: "inventorySetQuantities"
    :param key_per_call: one key covers all records of a call, which is then repeated
        as a whole
    :param visible_after: seconds until a probe sees what was sent at the latest:
        delayed reads, and calls still under way when we stopped listening
        (counted from the intent; must exceed the time limit of a call)
    :param key_lifetime: seconds for which the remote remembers a key; 0: for ever
    :param numbered: the remote tells the records of a call apart by their places in it:
        the key of each is "<call>.<place>"; files are not sent with it
    :param many: how ``many_from`` records and more are done at once, which is numbered
    """

    name: str
    safety: Safety
    batch_size: int = 1
    key_per_call: bool = False
    visible_after: float = 0.0
    key_lifetime: float = 0.0
    numbered: bool = False
    many: Operation | None = None
    many_from: int = 0

    def for_count(self, count: int) -> Operation:
        """Return how so many records are done."""
        return self.many if self.many and count >= self.many_from else self

    def tried_as(self, key: str) -> Operation:
        """Return how a try was done that had this key."""
        return self.many if self.many and "." in key else self

    def __post_init__(self) -> None:
        """A look-up that does not wait proves nothing."""
        if self.safety is Safety.PROBED and self.visible_after <= 0:
            raise ValueError(f"{self.name}: say when a probe sees what was sent.")


@dataclass(frozen=True)
class File:
    """What is sent as a file; ``checksum`` tells it from what Odoo has later."""

    name: str
    mime_type: str
    content: bytes
    checksum: str


@dataclass(frozen=True)
class Push:
    """One record to be sent.

    :param record: the Odoo record: "product.product,12"; the external key for probes
    :param action: "create", "update", "archive" or "delete"
    :param remote_id: "" for a creation
    :param changed: {path: (what the remote is known to say, what it is told now)}
    :param files: {whose: File}; "product.template,12" has a picture to be sent
    :param again: it was tried before: some of it may be there
    :param age: seconds since it was intended, for probes; 0: not known
    """

    record: str
    action: str
    key: str
    payload: dict[str, Any]
    remote_id: str = ""
    changed: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)
    again: bool = False
    age: float = 0.0

    @property
    def place(self) -> tuple[str, int]:
        """The call it was in and its place there; without a call: ("", 0)."""
        call, _dot, place = self.key.rpartition(".")
        return (call, int(place)) if call else ("", 0)


@dataclass(frozen=True)
class Pushed:
    """What became of one push.

    ``error`` of class Unavailable with ``sent`` means: unknown. ``state`` is the flat
    document the remote now holds, when it answers with one; without, it is believed to
    hold what it was told. ``links`` are further records a creation made there:
    {(entity, Odoo id): remote id, or several}; ``unlinked`` are (entity, remote id) of
    parts that are gone there now. ``matched``: instead of a creation, a record that was
    there already was found to be meant; it was not told anything yet. ``pictures`` are
    those it has of us now: {whose: (id there, checksum)}, or None where it has none.
    ``unfinished``: it was not told everything yet, and is to be told the rest.
    """

    remote_id: str = ""
    version: str = ""
    error: HubError | None = None
    state: dict[str, str | None] | None = None
    links: Links = field(default_factory=dict)
    unlinked: tuple[tuple[str, str], ...] = ()
    matched: bool = False
    pictures: Mapping[str, tuple[str, str] | None] = field(default_factory=dict)
    unfinished: bool = False


@dataclass(frozen=True)
class Probed:
    """What a probe found: ``happened`` None means that it cannot tell yet.

    ``under_way``: the remote is at work on it, and it may take its time. ``result``:
    what the remote answered, where it can still be read; it says all the rest.
    """

    happened: bool | None
    remote_id: str = ""
    version: str = ""
    state: dict[str, str | None] | None = None
    links: Links = field(default_factory=dict)
    under_way: bool = False
    result: Pushed | None = None
