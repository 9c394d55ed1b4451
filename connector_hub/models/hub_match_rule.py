# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..documents import DOCUMENTS
from ..importers.keys import TARGETS, Rule

#: types of Odoo fields that can be compared with texts
TEXT_TYPES = ("char", "text")
#: what every backend begins with: (document, path, field, method, active)
DEFAULTS = (
    ("customer", "email", "email_normalized", "email", True),
    ("customer", "tax_id", "vat", "vat", False),
    ("customer", "external_id", "ref", "exact", False),
    ("customer", "name", "name", "text", False),
    ("product", "variants.sku", "default_code", "exact", True),
    ("product", "variants.barcode", "barcode", "exact", True),
    ("order", "name", "client_order_ref", "exact", True),
)
#: (document, active): what is done when several records fit; else a person is asked
AMBIGUOUS = {("customer", True): "oldest", ("product", True): "oldest"}


class HubMatchRule(models.Model):
    """How an unlinked remote record finds its Odoo record: one key of several.

    The rules of a document are tried in their order; the first that finds a record
    decides.
    """

    _name = "hub.match.rule"
    _description = "Match Rule"
    _order = "backend_id, document, sequence, id"
    _rec_name = "path"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    document = fields.Selection(
        [("customer", "Customers"), ("product", "Products"), ("order", "Orders")],
        required=True,
        default="customer",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    path = fields.Char(
        "Remote Value",
        required=True,
        help="Where the key stands in the document: email, tax_id,"
        " default_address.phone, variants.sku, extra.acme.number ...",
    )
    model = fields.Char("Odoo Model", compute="_compute_model")
    field_name = fields.Char(
        "Odoo Field", required=True, help="A stored text field of the Odoo record."
    )
    method = fields.Selection(
        [
            ("exact", "As It Is"),
            ("text", "Ignoring Case and Spaces"),
            ("email", "As an E-Mail Address"),
            ("digits", "Digits Only"),
            ("vat", "As a Tax ID (Letters and Digits)"),
            ("code", "As a Code without Leading Zeros"),
        ],
        "Compared",
        required=True,
        default="text",
        help="Both values are brought into this form, and must then be equal.",
    )
    ambiguous = fields.Selection(
        [
            ("oldest", "Use the Oldest"),
            ("ask", "Ask"),
            ("create", "Create Another One"),
        ],
        "Several Fit",
        required=True,
        default="ask",
        help="What happens when several Odoo records have the key, or (with Ask and"
        " Create) when another remote record is linked with the one that has it.",
    )
    archived = fields.Selection(
        [("use", "Use It as It Is"), ("unarchive", "Unarchive It")],
        "An Archived One Fits",
        required=True,
        default="use",
        help="Active records come first. An archived one is never doubled.",
    )

    @api.depends("document")
    def _compute_model(self):
        for rule in self:
            target = TARGETS.get(rule.document)
            rule.model = target and target.model

    @api.constrains("document", "path")
    def _check_path(self):
        for rule in self:
            if not _exists(rule.document, rule.path):
                raise ValidationError(
                    self.env._(
                        '"%(path)s" is no value of the document. Use one such as'
                        " %(examples)s.",
                        path=rule.path,
                        examples=", ".join(
                            path
                            for doc, path, *_rest in DEFAULTS
                            if doc == rule.document
                        ),
                    )
                )

    @api.constrains("document", "field_name")
    def _check_field(self):
        for rule in self:
            field = self.env[rule.model]._fields.get(rule.field_name)
            if not field or field.type not in TEXT_TYPES or not _is_column(field):
                raise ValidationError(
                    self.env._(
                        '"%(field)s" cannot be compared: choose a stored text field of'
                        " %(model)s.",
                        field=rule.field_name,
                        model=self.env[rule.model]._description,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    # === BUSINESS METHODS ===#

    @api.model
    @ormcache("backend_id", "document")
    def _rules(self, backend_id, document):
        """Return the active rules of a backend's document as a tuple of Rule."""
        found = self.sudo().search(
            [("backend_id", "=", backend_id), ("document", "=", document)]
        )
        return tuple(
            Rule(
                rule.id,
                rule.path,
                rule.field_name,
                rule.method,
                rule.ambiguous,
                rule.archived,
            )
            for rule in found
        )

    @api.private
    def create_defaults(self, backend):
        """Create the rules every backend begins with; some are switched off."""
        entities = backend._binding_models()
        return self.sudo().create(
            [
                {
                    "backend_id": backend.id,
                    "document": document,
                    "sequence": 10 * place,
                    "path": path,
                    "field_name": field,
                    "method": method,
                    "active": active,
                    "ambiguous": AMBIGUOUS.get((document, active), "ask"),
                }
                for place, (document, path, field, method, active) in enumerate(
                    DEFAULTS, start=1
                )
                if TARGETS[document].entity in entities
            ]
        )


def _is_column(field):
    """Return whether PostgreSQL can compare the field, also through a related one."""
    return field.store or (field.related and field.related_field.store)


def _exists(document, path):
    """Return whether a canonical path leads to something in a document's class."""
    names = (path or "").split(".")
    if document == "product" and names[0] != "variants":
        # what is matched is what is bought and stocked: the variant
        return False
    kind = DOCUMENTS[document]
    for place, name in enumerate(names):
        if name not in kind.model_fields:
            return False
        if name == "extra":
            return len(names) > place + 1
        kind = _part(kind.model_fields[name].annotation)
        if kind is None:
            return place == len(names) - 1
    return False


def _part(annotation):
    """Return the class of document parts inside a type, or None for plain values."""
    inside = getattr(annotation, "__args__", ())
    kinds = [annotation, *inside]
    return next((kind for kind in kinds if hasattr(kind, "model_fields")), None)
