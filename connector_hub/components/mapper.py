# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contract of a mapper: pure translation between payloads and documents."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import ValidationError

from odoo.addons.component.core import AbstractComponent

from ..documents import Document, version_key
from ..exceptions import HubError, InvalidData
from ..importers.task import Task


class HubMapper(AbstractComponent):
    """One document of one system; usage ``hub.mapper.<document>``.

    :meth:`to_document` is a static function of a payload, so that it is tested
    without a database.
    """

    _name = "hub.mapper"
    _inherit = "hub.system"
    #: raised when the translation changes, so that unchanged records are applied again
    _revision = 1
    #: paths of a payload (see ``documents.shape``) that must not vanish unnoticed
    #: although :meth:`to_document` does without them
    _needed: frozenset[str] = frozenset()

    @staticmethod
    def to_document(payload: dict[str, Any], **options: Any) -> Document:
        """Translate a payload.

        :raises InvalidData: something essential is missing or contradicts itself
        """
        raise NotImplementedError

    @staticmethod
    def to_payload(document: Document, **options: Any) -> dict[str, Any]:
        """Translate a document into what the remote is sent.

        Only fields in ``document.model_fields_set`` (also of its parts) were said.

        :raises MappingError: a value has no counterpart in the remote system
        """
        raise NotImplementedError

    @staticmethod
    def only_leaves(remote_id: str) -> bool:
        """Return whether a deletion takes a record out of another, and spares it.

        That is told also where what is deleted in Odoo is archived there.
        """
        return False

    def options(self) -> dict[str, Any]:
        """Return the backend's settings that :meth:`to_document` takes."""
        return {}

    def load(self, task: Task, body: bytes | None) -> None:
        """Parse a stored payload into ``task.payload``, or note the error."""
        try:
            payload = json.loads(body or b"")
            if not isinstance(payload, dict):
                raise ValueError("not an object")
            task.payload = payload
        except (ValueError, RecursionError) as error:
            task.error = InvalidData(
                f"The stored payload of {task.external_id} cannot be read: {error}",
                remedy="Retry: the newest state is then fetched from the source.",
                code="not_json",
            )

    def dump(self, task: Task) -> bytes:
        """Return ``task.payload`` as it is stored."""
        return json.dumps(task.payload, ensure_ascii=False).encode()

    def translate(self, task: Task, revision: int) -> None:
        """Fill the document, version and hash of a task, or note the error."""
        try:
            document = self.to_document(task.payload or {}, **self.options())
        except HubError as error:
            task.error = error
            return
        except Exception as error:
            # whatever a payload of an unexpected form makes a translation raise, it
            # concerns this record alone
            task.error = _unexpected_shape(task, error)
            return
        task.document = document
        task.version = version_key(document.version)
        task.name = getattr(document, "name", "") or getattr(document, "title", "")
        digest = hashlib.sha256(document.content().encode()).hexdigest()[:40]
        task.content_hash = f"{revision}.{self._revision}:{digest}"


def _unexpected_shape(task: Task, error: Exception) -> InvalidData:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        reason = f"{field}: {first['msg']}"
    else:
        field = str(error) if isinstance(error, KeyError) else ""
        reason = f"{type(error).__name__} {error}"
    invalid = InvalidData(
        f"{task.name or task.external_id} has an unexpected form: {reason}",
        remedy="Compare the payload with the contract of the flow.",
        code=type(error).__name__,
        field=field,
    )
    invalid.has_unexpected_form = True
    return invalid
