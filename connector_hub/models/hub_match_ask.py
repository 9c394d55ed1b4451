# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..importers.keys import TARGETS, value_at


class HubMatch(models.Model):
    """Choices that importers ask for, in the transaction of their batch."""

    _inherit = "hub.match"

    @api.private
    def ask(self, backend, document, asked):
        """Note what a person must choose, with the candidates.

        :param asked: [(name of the choice, reference, Rule, ids of Odoo records)]
        """
        asked = {name: rest for name, *rest in asked}
        rows = self.sudo().search(
            [
                *self._of(backend, document),
                ("external_id", "in", list(asked)),
            ]
        )
        known = {row.external_id: row for row in rows}
        values = {
            name: self._asked_values(backend, document, name, *rest)
            for name, rest in asked.items()
        }
        for name, row in known.items():
            row.candidate_ids.unlink()
            row.write(values[name])
        self.sudo().create([v for name, v in values.items() if name not in known])

    def _asked_values(self, backend, document, name, reference, rule, ids):
        target = TARGETS[document]
        flow = backend.flow_ids.filtered(
            lambda flow: flow.document == document and flow.direction == "in"
        )[:1]
        records = self.env[target.model].browse(ids)
        key = rule.key_of(reference)
        label = getattr(reference, "label", "") or getattr(reference, "title", "")
        return {
            "backend_id": backend.id,
            "flow_id": flow.id,
            "company_id": backend.company_id.id,
            "document": document,
            "external_id": name,
            "anonymous": not value_at(reference, "external_id"),
            "state": "ambiguous",
            "doubt": "several" if len(ids) > 1 else "linked",
            "label": " · ".join(dict.fromkeys(filter(None, (label, key)))),
            "keys": {rule.path: key},
            "rule_keys": {str(rule.id): key},
            "rule_id": rule.id,
            "res_model": target.model,
            "res_id": False,
            "candidate_ids": [
                (
                    0,
                    0,
                    {
                        "res_model": target.model,
                        "res_id": record.id,
                        "label": record.display_name,
                        "rule_id": rule.id,
                        "score": 100,
                        "archived": "active" in record and not record.active,
                        "taken": len(ids) == 1,
                    },
                )
                for record in records
            ],
        }
