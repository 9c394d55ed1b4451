# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast
import hashlib
import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

_logger = logging.getLogger(__name__)

#: what a sample is a part of
WHOLE = 10000


class HubCheckpointRule(models.Model):
    """Which of the records a flow brings a person must review."""

    _name = "hub.checkpoint.rule"
    _description = "Review Rule"
    _order = "flow_id, sequence, id"

    name = fields.Char(compute="_compute_name")
    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    change = fields.Selection(
        [
            ("created", "Created"),
            ("linked", "Linked with an Existing One"),
            ("changed", "Changed"),
            ("any", "Created, Linked or Changed"),
        ],
        "When a Record Is",
        required=True,
        default="created",
    )
    pick = fields.Selection(
        [("every", "Every One"), ("first", "The First"), ("sample", "A Sample")],
        "Review",
        required=True,
        default="every",
    )
    amount = fields.Integer("How Many", default=50)
    percent = fields.Float(default=5, digits=(5, 2))
    model = fields.Char("Odoo Model", compute="_compute_model")
    domain = fields.Char("Only Those", default="[]")

    _sizes = models.Constraint(
        "CHECK(amount > 0 AND percent > 0 AND percent <= 100)",
        "Review at least one record, or between 0 and 100 percent.",
    )

    @api.depends("pick", "change", "amount", "percent")
    def _compute_name(self):
        changes = dict(self._fields["change"]._description_selection(self.env))
        for rule in self:
            change = (changes.get(rule.change) or "").lower()
            if rule.pick == "first":
                name = self.env._(
                    "The first %(n)s %(change)s", n=rule.amount, change=change
                )
            elif rule.pick == "sample":
                name = self.env._(
                    "%(n)g %% of those %(change)s", n=rule.percent, change=change
                )
            else:
                name = self.env._("Every one %s", change)
            if rule._condition():
                name = self.env._("%s, with a condition", name)
            rule.name = name

    @api.depends("flow_id")
    def _compute_model(self):
        for rule in self:
            rule.model = rule.flow_id.sudo()._reviewed_model()

    @api.constrains("domain", "flow_id")
    def _check_domain(self):
        for rule in self:
            try:
                if rule.model:
                    self.env[rule.model].sudo().search(rule._condition(), limit=1)
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._("The condition cannot be used: %s", error)
                ) from error

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
    @ormcache("flow_id")
    def _of_flow(self, flow_id):
        """Return the ids of a flow's active rules; asked once per batch."""
        return tuple(self.sudo().search([("flow_id", "=", flow_id)]).ids)

    def _condition(self):
        return ast.literal_eval((self.domain or "").strip() or "[]")

    def _chosen(self, changes, records, names):
        """Return the ids of records this rule wants reviewed.

        :param changes: {record id: created, linked or changed}
        :param records: all of them, as a recordset
        :param names: {record id: remote id}
        """
        self.ensure_one()
        wanted = records.filtered(lambda r: self.change in ("any", changes[r.id]))
        ids = self._fitting(wanted).ids if wanted else []
        if self.pick == "sample":
            limit = self.percent * WHOLE / 100
            ids = [i for i in ids if _place(self.id, names[i]) < limit]
        elif self.pick == "first":
            seen = self.env["hub.checkpoint"].search_count([("rule_id", "=", self.id)])
            ids = sorted(ids)[: max(self.amount - seen, 0)]
        return ids

    def _fitting(self, records):
        """Return the records that meet the condition; all when it cannot be read.

        A field it names may be gone with its addon: imports go on meanwhile.
        """
        try:
            condition = self._condition()
            if not condition:
                return records
            domain = Domain(condition) & Domain("id", "in", records.ids)
            return records.with_context(active_test=False).search(domain)
        except (ValueError, SyntaxError, TypeError, KeyError):
            _logger.warning("Review rule %s has an unusable condition", self.id)
            return records


def _place(rule_id, name):
    """Return a number below WHOLE, the same for a record at every retry."""
    digest = hashlib.blake2b(f"{rule_id}:{name}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % WHOLE
