# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.hub_shopify_elsewhere import SOURCES

#: problems that are listed; all are counted
MOST_PROBLEMS = 200


class HubShopifyAdoption(models.TransientModel):
    """Takes over what OCA's ``shopify_connector`` has linked in this database.

    Both may be installed beside each other; nothing of the other connector is changed.
    Checked first, link by link; then made in a few statements. It may be repeated:
    what is linked already stays as it is.
    """

    _name = "hub.shopify.adoption"
    _description = "Adoption of Links of Another Shopify Connector"

    backend_id = fields.Many2one(
        "hub.backend",
        "Store",
        required=True,
        ondelete="cascade",
        domain=[("system", "=", "shopify")],
    )
    source_name = fields.Char("Found There As", compute="_compute_source")
    source_active = fields.Boolean(compute="_compute_source")
    state = fields.Selection(
        [("draft", "Look"), ("checked", "Checked"), ("done", "Done")],
        default="draft",
        readonly=True,
    )
    line_ids = fields.One2many("hub.shopify.adoption.line", "adoption_id")
    problem_ids = fields.One2many("hub.shopify.adoption.problem", "adoption_id")
    new_count = fields.Integer("New Links", compute="_compute_counts")
    problem_count = fields.Integer("Problems", compute="_compute_counts")

    @api.depends("backend_id")
    def _compute_source(self):
        for wizard in self:
            _number, name, active = wizard._source() or (0, False, False)
            wizard.source_name = name
            wizard.source_active = active

    @api.depends("line_ids")
    def _compute_counts(self):
        for wizard in self:
            wizard.new_count = sum(wizard.line_ids.mapped("new_count"))
            wizard.problem_count = sum(wizard.line_ids.mapped("problem_count"))

    # === ACTIONS ===#

    def action_check(self):
        """Look at every link; change nothing."""
        self._check()
        return self._reopen()

    def action_apply(self):
        """Make the links that have no problem."""
        for entity, pairs in self._check().items():
            self._bindings(entity).link_many(self.backend_id, pairs)
        self.env["hub.shopify.elsewhere"].name_parts(self.backend_id)
        # from now on what the other one links meanwhile is taken over when it is met
        self.backend_id.sudo().shopify_adopts = True
        self.state = "done"
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("Adopt Links"),
        }

    # === CHECK ===#

    def _check(self):
        """Check all links and note the result.

        :return: {entity: [(external id, Odoo id)]} of the links to be made
        """
        self.ensure_one()
        self.backend_id.check_operator()
        source = self._source()
        if not source:
            raise UserError(
                self.env._(
                    "No store %s of another Shopify connector is in this database.",
                    self.env["hub.shopify.elsewhere"].host(self.backend_id),
                )
            )
        self.line_ids.unlink()
        self.problem_ids.unlink()
        wanted = {}
        for entity in SOURCES:
            rows = self._rows(entity, source[0])
            if rows:
                wanted[entity] = self._check_entity(entity, rows)
        self.state = "checked"
        return wanted

    def _check_entity(self, entity, rows):
        pairs, known, problems = self.env["hub.link.checker"].check(
            self.backend_id,
            self._bindings(entity),
            rows,
            # several shipments of a store may be one delivery
            several=entity == "fulfillment",
        )
        self.line_ids = [
            (
                0,
                0,
                {
                    "entity": entity,
                    "found_count": len(rows),
                    "new_count": len(pairs),
                    "known_count": known,
                    "problem_count": len(problems),
                },
            )
        ]
        room = MOST_PROBLEMS - len(self.problem_ids)
        self.problem_ids = [
            (0, 0, {"entity": entity, "external_id": name, "problem": text})
            for _number, name, text in problems[:room]
        ]
        return pairs

    def _bindings(self, entity):
        return self.env[self.backend_id._binding_models()[entity]].sudo()

    # === THE OTHER CONNECTOR ===#

    def _source(self):
        return self.env["hub.shopify.elsewhere"].source(self.backend_id)

    def _rows(self, entity, instance_id):
        """Return the links there in the form of :class:`HubLinkChecker`."""
        found = self.env["hub.shopify.elsewhere"].links(entity, instance_id)
        return [
            (number, external_id, "odoo_id", str(odoo_id))
            for number, (external_id, odoo_id) in enumerate(found, 1)
        ]


class HubShopifyAdoptionLine(models.TransientModel):
    """What was found of one kind of record."""

    _name = "hub.shopify.adoption.line"
    _description = "Result of an Adoption of Links"

    adoption_id = fields.Many2one(
        "hub.shopify.adoption", required=True, ondelete="cascade"
    )
    entity = fields.Selection("_entities", "Records", readonly=True)
    found_count = fields.Integer("Found", readonly=True)
    new_count = fields.Integer("New Links", readonly=True)
    known_count = fields.Integer("Linked Already", readonly=True)
    problem_count = fields.Integer("Problems", readonly=True)

    @api.model
    def _entities(self):
        return [
            *self.env["hub.link.import"]
            ._fields["entity"]
            ._description_selection(self.env),
            ("fulfillment", self.env._("Deliveries")),
        ]


class HubShopifyAdoptionProblem(models.TransientModel):
    """Why one link cannot be taken over."""

    _name = "hub.shopify.adoption.problem"
    _description = "Problem of an Adoption of Links"

    adoption_id = fields.Many2one(
        "hub.shopify.adoption", required=True, ondelete="cascade"
    )
    entity = fields.Selection(
        lambda self: self.env["hub.shopify.adoption.line"]._entities(),
        "Records",
        readonly=True,
    )
    external_id = fields.Char("Shopify ID", readonly=True)
    problem = fields.Char(readonly=True)
