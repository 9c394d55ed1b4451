# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: kind of mapping: the field that holds what its values stand for
TARGETS = {
    "tax": "tax_id",
    "pricelist": "pricelist_id",
    "location": "location_id",
    "gateway": "journal_id",
    "carrier": "carrier_name",
    "payment_term": "payment_term_id",
    "collection": "group_ref",
    "channel": "is_offered",
    "catalogue": "pricelist_id",
    "order_tag": "order_tag_id",
    "order_stage": "order_stage",
}


class HubMapping(models.Model):
    """A remote value and the Odoo record it stands for, per backend."""

    _name = "hub.mapping"
    _description = "Integration Value Mapping"
    _order = "backend_id, kind, remote_value"
    _rec_name = "remote_value"
    _check_company_auto = True

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("tax", "Tax"),
            ("pricelist", "Price List of a Currency"),
            ("location", "Stock Location"),
            ("gateway", "Payment Gateway"),
            ("carrier", "Carrier"),
            ("payment_term", "Payment Terms"),
            ("collection", "Collection of Products"),
            ("channel", "Sales Channel"),
            ("catalogue", "Price List or Catalogue There"),
        ],
        required=True,
    )
    remote_value = fields.Char(required=True)
    remote_name = fields.Char(
        readonly=True, help="What people call it there, where its value is a key."
    )
    tax_id = fields.Many2one(
        "account.tax",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
        check_company=True,
    )
    pricelist_id = fields.Many2one("product.pricelist", check_company=True)
    location_id = fields.Many2one(
        "stock.location",
        domain="[('usage', 'in', ('view', 'internal', 'transit')),"
        " ('company_id', 'in', (False, company_id))]",
        check_company=True,
        help="With everything below it: choose a warehouse's own location, such as WH,"
        " for the whole warehouse.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'cash', 'credit')),"
        " ('company_id', '=', company_id)]",
        check_company=True,
        help="Payments through this gateway are booked in this journal.",
    )
    carrier_name = fields.Char(
        help="The carrier as Odoo names it: a shipping method, where shipping methods"
        " are used.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term", "Payment Terms", check_company=True
    )
    ignored = fields.Boolean(help="The value needs no Odoo counterpart: leave it out.")
    automatic = fields.Boolean(
        "Found Automatically", readonly=True, help="Nobody has confirmed it yet."
    )

    target_field = fields.Char(compute="_compute_target_field")
    target_name = fields.Char("In Odoo", compute="_compute_target_name")
    decision = fields.Selection(
        [
            ("choose", "To Choose"),
            ("proposed", "Proposed"),
            ("decided", "Decided"),
            ("ignored", "Left Out"),
        ],
        compute="_compute_decision",
    )

    _value_uniq = models.Constraint(
        "UNIQUE(backend_id, kind, remote_value)",
        "This value is already mapped for this backend.",
    )

    @api.constrains("kind", *TARGETS.values(), "ignored", "automatic")
    def _check_target(self):
        # what was only discovered may wait for a person's choice
        for mapping in self.filtered(lambda mapping: not mapping.automatic):
            if not mapping.ignored and not mapping._target():
                raise ValidationError(
                    self.env._(
                        'Choose what "%s" stands for, or tick Leave Out.',
                        mapping.remote_value,
                    )
                )

    @api.depends("kind")
    def _compute_target_field(self):
        for mapping in self:
            mapping.target_field = TARGETS.get(mapping.kind)

    @api.depends("kind", *TARGETS.values())
    def _compute_target_name(self):
        for mapping in self:
            target = mapping._target() if mapping.kind else False
            if isinstance(target, models.BaseModel):
                target = target.display_name
            elif target is True:
                target = self.env._("Yes")
            elif target and mapping.target_field == "order_stage":
                stages = mapping._fields["order_stage"]
                stages = stages._description_selection(self.env)
                target = dict(stages)[target]
            mapping.target_name = target or False

    @api.depends("kind", "ignored", "automatic", *TARGETS.values())
    def _compute_decision(self):
        for mapping in self:
            if mapping.ignored:
                mapping.decision = "ignored"
            elif not (mapping.kind and mapping._target()):
                mapping.decision = "choose"
            else:
                mapping.decision = "proposed" if mapping.automatic else "decided"

    def write(self, vals):
        """What a person has chosen needs no confirmation."""
        if {*TARGETS.values(), "ignored"} & vals.keys():
            vals = {"automatic": False, **vals}
        return super().write(vals)

    def action_confirm(self):
        """Say that what was found automatically is right."""
        found = self.filtered(lambda mapping: mapping.decision == "proposed")
        # of several, those that nobody has chosen stay open; alone it is told so
        (found or self).write({"automatic": False})

    def _target(self):
        """Return the Odoo record, or the name, this mapping stands for."""
        return self[TARGETS[self.kind]]

    @api.private
    def lookup(self, backend, kind):
        """Return {remote value: Odoo record or name, or None when ignored}.

        Values that wait for a person's choice are left out, as unknown ones are.
        """
        found = self.search([("backend_id", "=", backend.id), ("kind", "=", kind)])
        return {
            mapping.remote_value: None if mapping.ignored else mapping._target()
            for mapping in found
            if mapping.ignored or mapping._target()
        }

    @api.private
    def propose(self, backend, rows):
        """Keep what was found automatically, for people to confirm or to choose.

        What a person has decided, or somebody has found before, stays as it is.

        :param rows: values of mappings: kind, remote_value and, where it was found,
            the target
        :return: the mappings that are new or have a target now
        """
        known = {
            (mapping.kind, mapping.remote_value): mapping
            for mapping in self.search([("backend_id", "=", backend.id)])
        }
        changed, new = self.browse(), []
        for row in rows:
            mapping = known.get((row["kind"], row["remote_value"]))
            if not mapping:
                new.append({**row, "backend_id": backend.id, "automatic": True})
            elif row.get(TARGETS[row["kind"]]) and mapping._is_undecided():
                mapping.write({**row, "automatic": True})
                changed |= mapping
        return changed | self.create(new)

    def _is_undecided(self):
        return not self.ignored and not self._target()
