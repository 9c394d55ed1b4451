# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubEraser(models.AbstractModel):
    """What the matching workbench and the reviews say of a person."""

    _inherit = "hub.eraser"

    @api.private
    def redact(self, subjects):
        """Decisions stay, so that nobody who was ignored comes back by an import."""
        counts = super().redact(subjects)
        counts["matches"] = sum(self._redact_matches(subjects))
        return counts

    def _redact_matches(self, subjects):
        for document, external_ids in subjects.externals.items():
            yield self._execute(
                "UPDATE hub_match SET label = NULL, odoo_label = NULL, keys = NULL,"
                " rule_keys = NULL WHERE backend_id = %s AND document = %s"
                " AND external_id = ANY(%s)",
                subjects.backend.id,
                document,
                list(external_ids),
            )
        for model, ids in subjects.records.items():
            yield self._execute(
                "UPDATE hub_match SET odoo_label = NULL"
                " WHERE res_model = %s AND res_id = ANY(%s)",
                model,
                list(ids),
            )
            yield self._execute(
                "UPDATE hub_match_candidate SET label = NULL"
                " WHERE res_model = %s AND res_id = ANY(%s)",
                model,
                list(ids),
            )
            yield self._execute(
                "UPDATE hub_checkpoint SET name = NULL, note = NULL"
                " WHERE res_model = %s AND res_id = ANY(%s)",
                model,
                list(ids),
            )
