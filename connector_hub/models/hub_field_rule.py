# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from typing import get_args

from odoo import api, fields, models

from ..documents import DOCUMENTS, Part
from ..documents.diff import UNSAID

OWNERS = [
    ("remote", "The Connected System"),
    ("odoo", "Odoo"),
    ("both", "Both (Two-Way)"),
    ("never", "Nobody Through This Flow"),
]
POLICIES = [
    ("remote", "The Connected System Wins"),
    ("odoo", "Odoo Wins"),
    ("newest", "The Newest Change Wins"),
    ("ask", "Ask a Person"),
]


class HubFieldRule(models.Model):
    """Who may change one field of a flow's document, and how personal it is."""

    _name = "hub.field.rule"
    _description = "Field Rule of an Integration Flow"
    _order = "flow_id, sequence, id"
    _rec_name = "field"

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    document = fields.Selection(related="flow_id.document")
    sequence = fields.Integer(default=10)
    field = fields.Selection(
        selection="_selection_field",
        required=True,
        help="A part of the document; a rule counts for everything inside it.",
    )
    document_fields = fields.Json(compute="_compute_document_fields")
    owner = fields.Selection(
        OWNERS,
        required=True,
        default="both",
        help="Whose changes count: those of the other side are not taken over.",
    )
    policy = fields.Selection(
        POLICIES,
        "If Both Changed It",
        help="Empty: what the flow says. Only where changes go both ways.",
    )
    classification = fields.Selection(
        [
            ("public", "Public"),
            ("internal", "Internal"),
            ("confidential", "Confidential"),
            ("personal", "Personal"),
        ],
        required=True,
        default="internal",
        help="How the content has to be treated.",
    )

    _flow_field_uniq = models.Constraint(
        "UNIQUE(flow_id, field)", "A flow has one rule per field."
    )

    @api.model
    def _selection_field(self):
        """Return the fields of all documents: (name, name for people)."""
        names = {}
        for document in DOCUMENTS.values():
            for name in field_names(document):
                names.setdefault(name, label_of(name))
        return sorted(names.items())

    @api.depends("flow_id.document")
    def _compute_document_fields(self):
        for rule in self:
            document = DOCUMENTS.get(rule.flow_id.document)
            rule.document_fields = field_names(document) if document else []

    @api.constrains("field", "flow_id")
    def _check_field(self):
        for rule in self:
            rule.flow_id._check_has_field(rule.field)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.flow_id._ownership_changed()
        return rules

    def write(self, vals):
        flows = self.flow_id
        result = super().write(vals)
        (flows | self.flow_id)._ownership_changed()
        return result

    def unlink(self):
        flows = self.flow_id
        result = super().unlink()
        flows._ownership_changed()
        return result


def field_names(part, prefix=""):
    """Return the names rules may use for a document, as ``field_of`` forms them."""
    found = []
    for name, info in part.model_fields.items():
        if not prefix and name in UNSAID:
            continue
        found.append(f"{prefix}{name}")
        inner = _part_in(info.annotation)
        if inner:
            found += field_names(inner, f"{prefix}{name}.")
    return found


def label_of(path):
    """Return what people call a path: "Default address · City"."""
    parts = path.replace("[", " ").replace("]", "").replace("_", " ").split(".")
    return " · ".join(part[:1].upper() + part[1:] for part in parts)


def _part_in(annotation):
    """Return the part class inside ``Address | None`` or ``tuple[Variant, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next(filter(None, map(_part_in, get_args(annotation))), None)
