# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..importers.keys import TARGETS

#: nobody has decided yet; matching may compute them anew
OPEN_STATES = ("proposed", "ambiguous", "unmatched_remote", "unmatched_odoo")


class HubMatch(models.Model):
    """One line of the matching workbench.

    A remote record that is not linked, with what may be its Odoo record; or an Odoo
    record that nothing there corresponds to. What people decide here is kept, and
    importers obey it.
    """

    _name = "hub.match"
    _inherit = ["hub.operable", "hub.of.record"]
    _description = "Match of a Remote and an Odoo Record"
    _order = "state, label, odoo_label, id"
    _rec_name = "label"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True
    )
    flow_id = fields.Many2one("hub.flow", ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    document = fields.Selection(
        [("customer", "Customers"), ("product", "Products"), ("order", "Orders")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("ambiguous", "To Choose"),
            ("proposed", "Proposed"),
            ("unmatched_remote", "Only There"),
            ("unmatched_odoo", "Only in Odoo"),
            ("accepted", "Linked"),
            ("created", "Created in Odoo"),
            ("ignored", "Ignored"),
        ],
        "Status",
        required=True,
        readonly=True,
    )
    doubt = fields.Selection(
        [
            ("several", "Several Odoo records fit."),
            ("claimed", "Other remote records fit the same Odoo record."),
            ("linked", "The Odoo record is linked with another remote record."),
        ],
        "Why Not Clear",
        readonly=True,
    )
    external_id = fields.Char("Remote ID", readonly=True)
    parent_external_id = fields.Char(
        readonly=True, help="The remote record that is imported: a variant's product."
    )
    anonymous = fields.Boolean(
        "Without Account",
        readonly=True,
        help="Has no record of its own there, so nothing can be linked: the choice is"
        " kept here.",
    )
    label = fields.Char("There", readonly=True)
    keys = fields.Json("Values Compared", readonly=True)
    rule_keys = fields.Json(readonly=True)
    keys_text = fields.Char("Values", compute="_compute_keys_text")
    res_model = fields.Char("Odoo Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Odoo Record", model_field="res_model", readonly=True
    )
    odoo_label = fields.Char("In Odoo", readonly=True)
    rule_id = fields.Many2one(
        "hub.match.rule", "Found By", ondelete="set null", readonly=True
    )
    score = fields.Integer(
        "Agreement",
        readonly=True,
        help="How many of the rules that find anything find this record, in percent.",
    )
    candidate_ids = fields.One2many("hub.match.candidate", "match_id", readonly=True)
    run_mark = fields.Integer(readonly=True, help="The run that saw it last.")
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        compute="_compute_chosen",
        inverse="_inverse_partner_id",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_chosen",
        inverse="_inverse_product_id",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    order_id = fields.Many2one(
        "sale.order",
        "Sales Order",
        compute="_compute_chosen",
        inverse="_inverse_order_id",
        domain="[('company_id', '=', company_id)]",
    )

    _remote_uniq = models.Constraint(
        "UNIQUE(backend_id, document, external_id)",
        "A remote record stands in the workbench once.",
    )
    _state_idx = models.Index("(backend_id, document, state)")
    _parent_idx = models.Index(
        "(backend_id, document, parent_external_id)"
        " WHERE parent_external_id IS NOT NULL"
    )
    _res_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.depends("label", "odoo_label")
    def _compute_display_name(self):
        for match in self:
            match.display_name = match.label or match.odoo_label or match.external_id

    @api.depends("keys")
    def _compute_keys_text(self):
        for match in self:
            match.keys_text = " · ".join((match.keys or {}).values())

    @api.depends("res_model", "res_id")
    def _compute_chosen(self):
        for match in self:
            for name, model in self._choices().items():
                chosen = match.res_model == model and match.res_id
                match[name] = self.env[model].browse(chosen or ()).exists()

    def _inverse_partner_id(self):
        self._choose_for_now("partner_id")

    def _inverse_product_id(self):
        self._choose_for_now("product_id")

    def _inverse_order_id(self):
        self._choose_for_now("order_id")

    def _choices(self):
        return {
            "partner_id": "res.partner",
            "product_id": "product.product",
            "order_id": "sale.order",
        }

    def _choose_for_now(self, name):
        """Note what a person has picked; it is linked when they say so."""
        self.check_operator()
        for match in self.sudo().filtered(lambda m: m.state in OPEN_STATES):
            record = match[name]
            if record._name == TARGETS[match.document].model:
                match.write(
                    {
                        "res_model": record._name,
                        "res_id": record.id,
                        "odoo_label": record.display_name or False,
                        "rule_id": False,
                        "score": 0,
                    }
                )


class HubMatchCandidate(models.Model):
    """An Odoo record that may be the one a remote record stands for."""

    _name = "hub.match.candidate"
    _inherit = ["hub.of.record"]
    _description = "Candidate of a Match"
    _order = "place, archived, child, id"
    _rec_name = "label"

    match_id = fields.Many2one(
        "hub.match", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="match_id.company_id")
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Odoo Record", model_field="res_model", required=True, readonly=True, index=True
    )
    label = fields.Char("In Odoo", readonly=True)
    rule_id = fields.Many2one("hub.match.rule", "Found By", ondelete="set null")
    place = fields.Integer(readonly=True, help="The first rule that finds it.")
    score = fields.Integer("Agreement", readonly=True)
    archived = fields.Boolean(readonly=True)
    child = fields.Boolean("Contact of Another", readonly=True)
    taken = fields.Boolean("Linked with Another", readonly=True)
    state = fields.Selection(related="match_id.state")

    _record_uniq = models.Constraint(
        "UNIQUE(match_id, res_id)", "A record is a candidate once."
    )

    def action_choose(self):
        """Link the remote record with this one."""
        self.ensure_one()
        self.match_id.choose(self.res_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
