# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contract of an adapter: the only place that talks to a remote system."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ..documents import StockLevel
from ..exceptions import HubError, InvalidData, SchemaDrift
from ..http_client import HttpClient
from .download import pictures
from .event import (
    ApiVersions,
    Discovered,
    Event,
    Notification,
    Page,
    PrivacyRequest,
    State,
    Verdict,
)
from .push import Operation, Probed, Push, Pushed

#: what reading a row of an unexpected form may raise
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


class HubAdapter(AbstractComponent):
    """Every method raises HubError subclasses, and nothing else, for remote failures.

    None of them touches business records or keeps a transaction open.
    """

    _name = "hub.adapter"
    _inherit = "hub.system"
    _usage = "hub.adapter"

    def http_client(self, base_url: str, **options: Any) -> HttpClient:
        """Return the client for calls of this backend, behind its limits.

        :param options: see :class:`HttpClient`
        """
        backend = self.backend_record
        options.setdefault("allow_loopback", backend._allows_loopback())
        gate = self.env["hub.limit"].gate(backend)
        return HttpClient(base_url, gate=gate, **options)

    def prepare(self) -> None:
        """Read the settings: afterwards remote calls leave the database alone."""

    def check_connection(self) -> Verdict:
        """Say in sentences who we are there and what we may do."""
        raise NotImplementedError

    def api_versions(self) -> ApiVersions | None:
        """Return which version of the interface is asked for, and which one answers.

        Without a remote call: what the last answers have said. None: it has none.
        """
        return None

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether the remote system itself sent these bytes.

        Constant time; ``body`` is raw, ``headers`` have lower-case names.
        """
        raise NotImplementedError

    def read_notification(
        self, headers: Mapping[str, str], body: bytes
    ) -> Notification | PrivacyRequest | None:
        """Read the envelope of a verified webhook: which record, which version.

        :return: None when the topic concerns no document of ours; with an ``error``
            when the body is not what the topic promises
        """
        raise NotImplementedError

    def discover(self) -> list[Discovered]:
        """Return the remote values that need a counterpart in Odoo, each once."""
        raise NotImplementedError

    # === SUBSCRIPTIONS, where ``hub.backend._has_subscriptions`` ===#

    def compare_subscriptions(self, uri: str, documents: set[str]) -> Verdict:
        """Say in sentences which notifications about documents go to ``uri``."""
        raise NotImplementedError

    def subscribe(self, uri: str, documents: set[str]) -> Verdict:
        """Ask for what is missing, correct what differs, give up what is superfluous.

        What is refused is told in the verdict; the rest is done.
        """
        raise NotImplementedError

    def unsubscribe(self, uri: str, documents: set[str]) -> Verdict:
        """Give up every subscription that notifies ``uri``, and none of others."""
        raise NotImplementedError

    # === INBOUND ===#

    def iter_changes(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Yield what changed at or after ``since`` and until ``until``, oldest first.

        :param since: aware UTC; None for everything
        :param until: aware UTC, included; None for no end
        """
        raise NotImplementedError

    def iter_history(
        self,
        document: str,
        since: datetime | None,
        until: datetime | None = None,
        position: str = "",
    ) -> Iterator[Page]:
        """Yield what :meth:`iter_changes` does, for a backfill: order does not matter.

        Override it where there is a quicker way to read much; its pages say in
        ``position`` where to go on.

        :param position: of the last page that was kept
        """
        return self.iter_changes(document, since, until)

    def count(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> int | None:
        """Return how many records :meth:`iter_changes` will yield; None: unknown."""
        return None

    def iter_states(
        self, document: str, since: datetime | None
    ) -> Iterator[list[State]]:
        """Yield which records changed at or after ``since``, and how new each is.

        To compare both sides. Override it where that can be asked for without the
        content of the records.

        :param since: aware UTC; None for everything
        """
        for page in self.iter_changes(document, since):
            yield [
                State(event.external_id, event.version)
                for event in page.events
                if event.operation == "change"
            ]

    def page_of(
        self, rows: Sequence[dict[str, Any]], read: Callable[[dict[str, Any]], Event]
    ) -> Page:
        """Return the page of some rows, reading each one's id and version.

        One row that cannot be read is kept for a person; when none of several can, the
        remote system has changed.

        :param read: from row to Event; may raise what reading a row can raise
        :raises SchemaDrift: no row has what identifies it and tells its version
        """
        events, errors = [], []
        for row in rows:
            try:
                events.append(read(row))
            except UNREADABLE as error:
                errors.append((row, error))
        if len(errors) > 1 and not events:
            raise _unreadable_rows(errors[0][1])
        versions = [event.version for event in events if event.version]
        return Page(
            tuple(events),
            max(versions, default=None),
            tuple((_event_of(row), _unreadable_row(error)) for row, error in errors),
        )

    def fetch(
        self,
        document: str,
        external_ids: Sequence[str],
        at_least: Mapping[str, str] | None = None,
    ) -> dict[str, dict[str, Any] | HubError]:
        """Return the newest state of records, in as few calls as possible.

        :param at_least: {external id: version (see ``version_key``)} of those whose
            change was announced; an older state must not be returned
        :return: {external id: payload, or the error that concerns this record alone}
        """
        raise NotImplementedError

    #: hosts that pictures are read from, besides the system's own address
    _picture_hosts: frozenset[str] = frozenset()

    def download(
        self, urls: Sequence[str], allow_loopback: bool, deadline: float
    ) -> Iterator[tuple[str, bytes | HubError]]:
        """Yield (address, picture or error) of pictures the remote has named.

        Without a token, and only from ``_picture_hosts``.
        """
        return pictures(
            urls,
            self._picture_hosts,
            allow_loopback=allow_loopback,
            deadline=deadline,
        )

    def iter_levels(self) -> Iterator[list[StockLevel]]:
        """Yield pages of the stock levels the remote holds, of every variant."""
        raise NotImplementedError

    # === OUTBOUND ===#

    def operations(self, document: str) -> dict[str, Operation]:
        """Return {action: how it is done} for "create", "update", "archive", "delete".

        An action that is missing is not offered: such messages are skipped.
        """
        return {}

    def push(
        self, document: str, action: str, pushes: Sequence[Push]
    ) -> dict[str, Pushed]:
        """Send records in one remote call, never more than the operation's batch size.

        :return: {Push.record: what became of it}; every push has an entry
        :raises Unavailable: of the call as a whole; ``sent`` tells whether the outcome
            of all of them is unknown
        :raises HubError: nothing of it was done
        """
        raise NotImplementedError

    def probe(
        self, document: str, action: str, pushes: Sequence[Push]
    ) -> dict[str, Probed]:
        """Look up whether pushes whose outcome is unknown have happened."""
        raise NotImplementedError


def _event_of(row: Any) -> Event:
    found = row if isinstance(row, dict) else {}
    external_id = str(found.get("id") or found.get("external_id") or "?")
    body = json.dumps(row, ensure_ascii=False, default=str).encode()
    return Event(external_id, "poll", body)


def _unreadable_row(error: Exception) -> InvalidData:
    return InvalidData(
        f"A record has an unexpected form: {type(error).__name__} {error}",
        title="Records without what identifies them cannot be read.",
        remedy="Look at the payload; correct the record there, then skip this message.",
        code="unreadable",
        field=_missing(error),
    )


def _unreadable_rows(error: Exception) -> SchemaDrift:
    field = _missing(error)
    name = field or f"{type(error).__name__} {error}"
    return SchemaDrift(
        f"No record of a page can be read: {name}. Nothing was skipped.",
        title=f"What identifies records and tells their version is gone: {name}",
        remedy="Have the connector changed, then resume the flow.",
        code="vanished",
        field=field,
    )


def _missing(error: Exception) -> str:
    return str(error.args[0]) if isinstance(error, KeyError) and error.args else ""
