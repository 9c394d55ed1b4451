# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contract of an adapter: the only place that talks to a remote system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ..exceptions import HubError
from ..http_client import HttpClient
from .event import ApiVersions, Notification, Page, Verdict
from .push import Operation, Probed, Push, Pushed


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
    ) -> Notification | None:
        """Read the envelope of a verified webhook: which record, which version.

        :return: None when the topic concerns no document of ours; with an ``error``
            when the body is not what the topic promises
        """
        raise NotImplementedError

    def iter_changes(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Yield what changed at or after ``since`` and until ``until``, oldest first.

        :param since: aware UTC; None for everything
        :param until: aware UTC, included; None for no end
        """
        raise NotImplementedError

    def count(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> int | None:
        """Return how many records :meth:`iter_changes` will yield; None: unknown."""
        return None

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
