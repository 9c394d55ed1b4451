# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an adapter hands to the message store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ..exceptions import InvalidData


@dataclass(frozen=True)
class Event:
    """One change of one remote record.

    ``complete``: ``body`` is the record itself; otherwise a hint, and the newest state
    is fetched before processing. ``delivery_id`` identifies a notification; without
    it the content does.

    ``deleted``: the record is gone; ``survivor``: it was merged into the one with this
    id. A hint about either is believed once reading the record confirms it.
    """

    external_id: str
    topic: str
    body: bytes
    version: datetime | None = None
    occurred_at: datetime | None = None
    complete: bool = False
    name: str = ""
    delivery_id: str = ""
    event_id: str = ""
    trace_id: str = ""
    deleted: bool = False
    survivor: str = ""

    @property
    def operation(self) -> str:
        """What happened to the record, as messages name it."""
        if self.survivor:
            return "merge"
        return "delete" if self.deleted else "change"


@dataclass(frozen=True)
class Group:
    """What was asked for is no record of the document: it holds some of them.

    ``members`` are their ids, none when the group is gone.
    """

    external_id: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Some events, and how far the remote has been read with them (aware UTC).

    ``errors``: records among them that cannot be read; they are kept for a person.
    ``position``: where a reading in no order of time goes on after this page; what it
    says is the adapter's own matter.
    """

    events: tuple[Event, ...]
    read_up_to: datetime | None
    errors: tuple[tuple[Event, InvalidData], ...] = ()
    position: str = ""


@dataclass(frozen=True)
class State:
    """A remote record: which one, and how new it is (aware UTC; None: unknown)."""

    external_id: str
    version: datetime | None = None


@dataclass(frozen=True)
class Notification:
    """The envelope of a webhook: the flow's document and the event.

    ``error``: it is genuine, but not what its topic promises; it is kept for a person.
    """

    document: str
    event: Event
    error: InvalidData | None = None


@dataclass(frozen=True)
class PrivacyRequest:
    """What the law has the remote system ask of us about somebody.

    :param kind: "access" (what do you have?), "erase" (a customer), or "erase_all"
        (everything of this system's account)
    :param key: the same for two deliveries of one request
    :param account: whom it concerns, by the remote's name; empty: the backend's own
    :param customer: remote id; empty when it is about orders only
    :param orders: remote ids
    """

    kind: str
    key: str
    account: str = ""
    customer: str = ""
    orders: tuple[str, ...] = ()
    #: no flow's: it concerns all of them
    document = ""


@dataclass(frozen=True)
class Discovered:
    """A remote value that needs an Odoo counterpart.

    :param kind: of ``hub.mapping``
    :param value: as messages of the remote system name it
    :param name: as people call it, where the value is a key
    :param tax: of taxes: (title, rate in percent, included in prices)
    """

    kind: str
    value: str
    name: str = ""
    tax: tuple[str, Decimal, bool] | None = None


@dataclass(frozen=True)
class ApiVersions:
    """The version of the remote interface.

    :param pinned: the one the connector asks for
    :param served: the one that answered last; empty when nothing has yet
    :param supported_until: last day of the pinned one, when that is known
    """

    pinned: str
    served: str = ""
    supported_until: date | None = None


@dataclass
class Verdict:
    """Result of a connection test, in sentences for people.

    ``facts``: what is to be remembered of the account, {field of the backend: value}.
    """

    passed: bool = True
    lines: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def add(self, passed: bool, line: str) -> None:
        """Add one checked point."""
        self.passed = self.passed and passed
        self.lines.append(f"{'✓' if passed else '✗'} {line}")

    def add_all(self, points: Iterable[tuple[bool, str]]) -> None:
        """Add several checked points."""
        for passed, line in points:
            self.add(passed, line)
