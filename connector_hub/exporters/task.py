# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One outbound message on its way through a drain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..components.push import File, Safety
from ..documents import Document
from ..exceptions import HubError


@dataclass
class OutTask:
    """A claimed message about an Odoo record, and what becomes of it.

    ``external_id`` is the message's: "product.product,12"; ``remote_id`` is the
    record's id in the remote system, empty when it has none yet.
    """

    message_id: int
    external_id: str
    res_model: str
    res_id: int
    operation: str = "change"
    remote_id: str = ""
    idempotency_key: str = ""
    forced: bool = False
    attempts: int = 1
    deaths: int = 0
    exception_id: int | None = None
    name: str = ""
    #: an earlier try may have happened: it is settled before anything else
    resumes: bool = False
    document: Document | None = None
    #: what is said, flat, and what of it the remote does not know yet
    says: dict[str, str | None] = field(default_factory=dict)
    changed: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    payload: dict[str, Any] | None = None
    #: pictures that are news there, by whose they are: "product.template,12"
    files: dict[str, File] = field(default_factory=dict)
    #: "create", "update", "archive" or "delete"
    action: str = ""
    safety: Safety | None = None
    attempt_id: int | None = None
    pushed: Any = None
    #: of the try that is in doubt, by the database's clock, in seconds: how long ago
    #: it began, and how long it takes until it can be settled
    age: float = 0.0
    settles_in: float | None = None
    version: str = ""
    content_hash: str = ""
    state: str = ""
    error: HubError | None = None
    #: seconds until an unknown outcome can be settled; None: the usual pause
    pause: float | None = None
    stored: bool = False

    @property
    def subject(self) -> str:
        """What the remote's state is remembered under."""
        return self.remote_id or self.external_id

    @property
    def key_in_call(self) -> str:
        """What tells it from the others of a call; a record may have several ids."""
        if self.operation == "delete":
            return f"{self.external_id}:{self.remote_id}"
        return self.external_id

    @property
    def is_open(self) -> bool:
        """True while nothing is decided."""
        return not self.state and self.error is None

    def settle(self, state: str) -> None:
        """Note the outcome."""
        self.state = state
        self.error = None

    def reopen(self) -> None:
        """Forget an outcome."""
        self.state, self.error = "", None
