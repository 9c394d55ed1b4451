# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The one error tree.

::

    HubError
    |- TransientError        heals by itself: retried with backoff
    |  |- RateLimited        the remote asks for a pause; attempts are not burnt
    |  |  `- NoPlace         it takes no more work of this kind: the flow pauses
     |  |- Conflict           row lock, version race, serialization
    |  `- NotYet             something else has to come to its end first
    `- PermanentError        needs a person or a rule: becomes a hub.exception
       |- AuthError          credentials or permissions refused: pauses the backend
       |- Rejected           the remote refused this record
       |- MappingError       a remote value has no Odoo counterpart
       |- BusinessRuleError  an Odoo business rule forbids it
       |- AmbiguousMatch     several Odoo records may be meant: a person chooses
       |- Disagreement       both sides changed it, and a person is to choose
       |- SchemaDrift        a remote field vanished or changed its type
       |- NotFound           the remote does not know the record
       |  |- Merged          it lives on under another id
       |  `- Deleted         it was deleted
       |- OutcomeUnknown     it may have happened; only a person can tell
       `- InvalidData        the document contradicts itself or is incomplete

Every error carries what a person needs to act: ``message`` (what happened, to
which record), ``remedy`` (what to do next), and for grouping ``code`` (a stable
word of the remote or of ours) and ``field``.
"""

from __future__ import annotations

from collections.abc import Sequence


class HubError(Exception):
    """Base of all classified failures."""

    category = "error"
    #: whether each value that could not be used is a problem of its own
    by_value = True

    def __init__(
        self,
        message: str,
        *,
        title: str = "",
        remedy: str = "",
        code: str = "",
        field: str = "",
        value: str = "",
    ) -> None:
        """
        :param title: the problem without the record, when many records can have it;
            names the group
        :param message: what happened, to which record; shown to people
        :param remedy: what to do next; shown to people
        :param code: stable word for grouping, e.g. the remote's error code
        :param field: the field concerned, when there is one
        :param value: the value that could not be used, when there is one
        """
        super().__init__(message)
        # a remote's words are stored, and PostgreSQL takes no NUL
        self.message = message.replace("\0", "")
        self.title = title.replace("\0", "")
        self.remedy = remedy.replace("\0", "")
        self.code = code.replace("\0", "")
        self.field = field.replace("\0", "")
        self.value = value.replace("\0", "")

    @property
    def text(self) -> str:
        """What happened and what to do, as one text."""
        return "\n".join(filter(None, (self.message, self.remedy)))


class TransientError(HubError):
    """Heals by itself."""

    category = "transient"


class RateLimited(TransientError):
    """The remote asks to come back in ``seconds``."""

    category = "rate_limit"

    def __init__(self, message: str, *, seconds: float, code: str = "") -> None:
        super().__init__(message, code=code)
        self.seconds = seconds


class NoPlace(RateLimited):
    """The remote takes no more work of this kind for ``seconds``; nothing was done.

    Whatever else the flow has to send would only be refused as well.
    """


class Unavailable(TransientError):
    """The remote, or the way to it, does not work at present.

    ``sent`` tells whether the request may have reached the remote: an operation
    that is not idempotent is then in doubt.
    """

    category = "unavailable"

    #: the shortest pause before the next try, when somebody said so
    seconds = 0.0

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        code: str = "",
        sent: bool = True,
        seconds: float = 0.0,
    ) -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.sent = sent
        self.seconds = seconds


class CircuitOpen(Unavailable):
    """So many calls failed that nobody asks the remote for ``seconds``.

    Says nothing about the record it was meant for: its attempt does not count.
    """


class Conflict(TransientError):
    """Somebody else was faster: a lock, a version race, a unique key."""

    category = "conflict"


class NotYet(TransientError):
    """Something else has to come to its end first; waiting for it is no try."""

    category = "conflict"
    #: seconds after which to look again
    seconds = 15.0


class PermanentError(HubError):
    """Needs a person or a rule."""

    category = "rejected"


class AuthError(PermanentError):
    """Credentials or permissions are refused."""

    category = "auth"


class Rejected(PermanentError):
    """The remote refused this record, with its own words."""

    category = "rejected"


class MappingError(PermanentError):
    """A remote value has no Odoo counterpart; the action is "map it"."""

    category = "mapping"

    def __init__(
        self,
        message: str,
        *,
        title: str = "",
        remedy: str = "",
        kind: str = "",
        field: str = "",
        value: str = "",
    ) -> None:
        """:param kind: the kind of ``hub.mapping`` that is missing"""
        super().__init__(
            message, title=title, remedy=remedy, code=kind, field=field, value=value
        )
        self.kind = kind


class BusinessRuleError(PermanentError):
    """An Odoo business rule forbids it; goes to the owner of the rule."""

    category = "business"


class AmbiguousMatch(PermanentError):
    """It cannot be told which Odoo record is meant.

    ``code`` is the document, ``value`` the remote record that waits for the choice.
    """

    category = "match"
    by_value = False


class Disagreement(PermanentError):
    """Both sides changed the same, and the flow's policy is to ask."""

    category = "conflict"


class SchemaDrift(PermanentError):
    """A remote field vanished or changed its type."""

    category = "schema"
    #: ids of messages that failed before it was clear why
    failed_before: Sequence[int] = ()


class NotFound(PermanentError):
    """The remote does not know the record."""

    category = "not_found"


class Merged(NotFound):
    """The record lives on under ``survivor``."""

    def __init__(self, message: str, *, survivor: str) -> None:
        super().__init__(message)
        self.survivor = survivor


class Deleted(NotFound):
    """The record was deleted in the remote system."""


class InvalidData(PermanentError):
    """The document is malformed, contradicts itself or is incomplete."""

    category = "data"
    #: a field is missing or of another type, which may concern all records
    has_unexpected_form = False


class OutcomeUnknown(PermanentError):
    """It was sent, or not: nothing but a look at the remote system can tell."""

    category = "in_doubt"
