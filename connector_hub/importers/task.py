# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One message on its way through a drain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..documents import Decision, Document
from ..exceptions import HubError


@dataclass
class Task:
    """A claimed message, what it carries, and what becomes of it.

    ``state`` is empty until the outcome is known; ``error`` holds the reason when it
    is neither done nor without effect.
    """

    message_id: int
    external_id: str
    version: str = ""
    is_hint: bool = False
    forced: bool = False
    attempts: int = 1
    deaths: int = 0
    exception_id: int | None = None
    name: str = ""
    #: "change", "archive", "delete" or "merge" (then: into which record)
    operation: str = "change"
    survivor: str = ""
    #: the stored payload is applied again, without asking its source
    resubmit: bool = False
    #: one of several things that happened: each counts, none replaces another
    is_event: bool = False
    #: tried again, and meanwhile the same version was applied from elsewhere
    outrun: bool = False
    payload: dict[str, Any] | None = None
    fetched: bool = False
    #: a moment (UTC) before its source was asked; None: not asked in this drain
    asked_at: datetime | None = None
    document: Document | None = None
    content_hash: str = ""
    state: str = ""
    error: HubError | None = None
    #: the answer of a remote that does not have the record
    missing: HubError | None = None
    #: it was about a group of records, and these are its members
    group: Any = None
    #: the record was taken for deleted, and is back
    returns: bool = False
    #: what an importer checks once it has written
    expected: dict[str, Any] = field(default_factory=dict)
    #: records of Odoo that parts of the document are linked with, by remote id
    parts: dict[str, Any] = field(default_factory=dict)
    #: pictures by their address: bytes, or why they could not be read
    files: dict[str, Any] = field(default_factory=dict)
    #: the status its record had there before, where that is known
    was: str | None = None
    res_model: str | None = None
    res_id: int | None = None
    #: flat documents: what the remote says, and what it was known to say before
    says: dict[str, str | None] = field(default_factory=dict)
    base: dict[str, str | None] | None = None
    #: which fields count; None: the remote's, all of them
    decision: Decision | None = None

    @property
    def order(self) -> tuple[str, int]:
        """What decides which of two messages of a record is newer.

        A notification without a version says "look now": newer than any version.
        """
        return (self.version or "~", self.message_id)

    @property
    def must_fetch(self) -> bool:
        """True when the stored payload is not to be used."""
        if self.resubmit:
            return False
        if self.is_event:
            # what the record says now is not what happened then
            return self.is_hint
        return self.is_hint or self.forced or self.outrun

    @property
    def is_gone(self) -> bool:
        """True when there is nothing to translate: the record is gone."""
        if self.missing is not None:
            return True
        return self.operation != "change" and not self.must_fetch

    @property
    def is_open(self) -> bool:
        """True while nothing is decided."""
        return not self.state and self.error is None

    def may_write(self, path: str) -> bool:
        """Return whether the remote's value of ``path`` goes into Odoo."""
        return self.decision is None or path in self.decision.take

    def has_changed(self, path: str) -> bool:
        """Return whether the remote is known to have changed what it may write."""
        return self.decision is not None and path in (
            self.decision.take & self.decision.changed
        )

    def settle(self, state: str, record: Any = None) -> None:
        """Note the outcome and the Odoo record it concerns."""
        self.state = state
        self.error = None
        if record:
            self.res_model, self.res_id = record._name, record.id

    def restart(self) -> None:
        """Forget everything that happened since the claim."""
        self.reopen()
        self.payload = self.document = self.missing = self.group = None
        self.fetched = False
        self.asked_at = None

    def reopen(self) -> None:
        """Forget an outcome whose transaction was rolled back."""
        self.state, self.error = "", None
        self.res_model = self.res_id = None
