# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What all documents have in common."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

#: major.minor; an additive change raises the minor, a breaking one the major.
SCHEMA_VERSION = "1.1"


class DocumentKind(Enum):
    """How several documents of one record relate.

    ``STATE``: the newest says it all, older ones are superseded.
    ``EVENT``: every one counts, in order.
    """

    STATE = "state"
    EVENT = "event"


class Part(BaseModel):
    """A frozen part of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(Part):
    """An amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str = Field(min_length=3, max_length=3)


class Document(Part):
    """One business record as it crosses a system border."""

    kind: ClassVar[DocumentKind] = DocumentKind.STATE
    #: lists of which a document may name some entries only: others are not left out
    partial_lists: ClassVar[frozenset[str]] = frozenset()

    #: the record's id in its system; empty for what has no identity of its own there
    external_id: str
    #: when the remote last changed the record
    version: AwareDatetime
    #: where the document comes from, for people: "Shop UK"
    source: str = ""
    #: what an integrator adds: {"acme": {...}}
    extra: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def content(self) -> str:
        """Return what the document says, as JSON, without when it was said."""
        return self.model_dump_json(exclude=self._unsaid())

    def _unsaid(self) -> dict[str, Any]:
        return {"version": True}


def version_key(moment: datetime) -> str:
    """Return ``moment`` as text whose alphabetical order is the order in time.

    Text, because a database timestamp of Odoo drops fractions of a second, and two
    edits within one second exist.
    """
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
