# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Binders that work on sets: one query for a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from odoo.addons.component.core import AbstractComponent


@dataclass(frozen=True)
class BindingState:
    """What is known of a bound record; ``record`` is the Odoo record."""

    binding_id: int
    record: Any
    version: str
    content_hash: str
    #: the remote record is gone
    deleted: bool = False


class HubBinder(AbstractComponent):
    """Adds the many-forms to ``base.binder``, which handles one record at a time."""

    _name = "hub.binder"
    _inherit = ["base.binder", "hub.system"]
    _usage = "binder"

    def states_many(self, external_ids: Iterable[str]) -> dict[str, BindingState]:
        """Return {external id: BindingState} of those that are bound."""
        ids = [external_id for external_id in set(external_ids) if external_id]
        if not ids:
            return {}
        found = self._states(ids)
        unknown = [external_id for external_id in ids if external_id not in found]
        if unknown and self._link_elsewhere(unknown):
            found |= self._states(unknown)
        return found

    def _link_elsewhere(self, external_ids: list[str]) -> bool:
        """Hook: link records that were brought into Odoo by something else.

        :return: whether any was linked
        """
        return False

    def _states(self, ids: list[str]) -> dict[str, BindingState]:
        bindings = self.model.sudo().search_fetch(
            [("backend_id", "=", self.backend_record.id), ("external_id", "in", ids)],
            ["external_id", "odoo_id", "version", "content_hash", "deleted_at"],
        )
        return {
            binding.external_id: BindingState(
                binding.id,
                binding.odoo_id.with_env(self.env),
                binding.version or "",
                binding.content_hash or "",
                bool(binding.deleted_at),
            )
            for binding in bindings
        }

    def to_internal_many(self, external_ids: Iterable[str]) -> dict[str, Any]:
        """Return {external id: Odoo record} of those that are bound."""
        states = self.states_many(external_ids)
        return {key: state.record for key, state in states.items()}

    def to_external_many(self, records: Any) -> dict[int, list[str]]:
        """Return {Odoo id: [external ids]} of what is there, oldest link first."""
        found: dict[int, list[str]] = {}
        for binding in self.model.sudo().search(
            [
                ("backend_id", "=", self.backend_record.id),
                ("odoo_id", "in", records.ids),
                ("deleted_at", "=", False),
            ],
            order="id",
        ):
            found.setdefault(binding.odoo_id.id, []).append(binding.external_id)
        return found

    def bind_many(self, rows: Sequence[dict[str, Any]]) -> Any:
        """Create links in one statement.

        :param rows: values of the binding, at least external_id and odoo_id
        """
        return self.model.sudo().create(
            [{"backend_id": self.backend_record.id, **row} for row in rows]
        )

    def values_of(self, document: Any) -> dict[str, Any]:
        """Return what this system's binding keeps of a document besides the link."""
        return {}
