# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One outbound message on its way through a drain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
    forced: bool = False
    attempts: int = 1
    deaths: int = 0
    exception_id: int | None = None
    name: str = ""
    #: set when an earlier try was under way: what it sent is on file
    idempotency_key: str = ""
    #: the message was in doubt, and may be sent again with the same key
    resumes: bool = False
    remote_id: str = ""
    document: Document | None = None
    #: flat document: what is said, and what of it the remote does not know yet
    says: dict[str, str | None] = field(default_factory=dict)
    changed: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    payload: dict[str, Any] | None = None
    action: str = ""
    version: str = ""
    content_hash: str = ""
    state: str = ""
    error: HubError | None = None

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
