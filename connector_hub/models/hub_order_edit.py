# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..exceptions import HubError
from ..importers.order_diff import PARTNERS, Owed
from .sale_order_hold import RELEASERS

#: what a change of the store changes
TAKEN_OVER = ("hub_content", "client_order_ref", *PARTNERS, "order_line")


class HubOrderEdit(models.Model):
    """What the store changed of an order after it was confirmed, side by side.

    Applied by itself while nothing is delivered or invoiced; otherwise open until a
    person takes it over or keeps Odoo's order as it is.
    """

    _name = "hub.order.edit"
    _description = "Change of a Confirmed Order"
    _order = "id desc"

    name = fields.Char("Order There", required=True, readonly=True)
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, ondelete="cascade", index=True
    )
    backend_id = fields.Many2one(
        "hub.backend", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, readonly=True
    )
    currency_id = fields.Many2one(related="order_id.currency_id", readonly=True)
    state = fields.Selection(
        [
            ("open", "To Decide"),
            ("applied", "Applied"),
            ("kept", "Odoo's Kept"),
            ("superseded", "Overtaken"),
        ],
        required=True,
        default="open",
        readonly=True,
    )
    reason = fields.Text("Why Not by Itself", readonly=True)
    ours_total = fields.Monetary("Total in Odoo", readonly=True)
    theirs_total = fields.Monetary("Total There", readonly=True)
    difference = fields.Monetary(compute="_compute_difference")
    theirs = fields.Json(readonly=True, groups="base.group_system")
    line_ids = fields.One2many("hub.order.edit.line", "edit_id", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _open_uniq = models.UniqueIndex("(order_id) WHERE state = 'open'")

    @api.depends("ours_total", "theirs_total")
    def _compute_difference(self):
        for edit in self:
            edit.difference = edit.theirs_total - edit.ours_total

    # === ACTIONS ===#

    def action_apply(self):
        """Change the order to what the store says, whatever was delivered."""
        self.ensure_one()
        self._check_may_decide()
        try:
            self._bring_over()
        except HubError as error:
            raise UserError(error.text) from error
        self._decide("applied", self.env._("Changed to what the store says"))
        return True

    def action_keep(self):
        """Leave the order as it is, and do not ask again until the next change."""
        self.ensure_one()
        self._check_may_decide()
        content = self.sudo().theirs["values"]["hub_content"]
        self.order_id.sudo().hub_content = content
        self._decide("kept", self.env._("Kept although the store changed it"))
        return True

    def action_open_order(self):
        """Open the sale order."""
        return self.order_id._get_records_action()

    def _check_may_decide(self):
        self.order_id.check_access("write")
        if not any(self.env.user.has_group(name) for name in RELEASERS):
            raise AccessError(
                self.env._(
                    "Only sales administrators and integration operators may decide"
                    " about changed orders. Ask one of them."
                )
            )
        if self.state != "open":
            raise UserError(
                self.env._("This change of %s is decided already.", self.name)
            )

    def _decide(self, state, what):
        order = self.order_id
        self.env["hub.audit"].note(
            "approval", f"{order.name}: {what}", order, total=self.theirs_total
        )
        order.message_post(
            body=self.env._("%(what)s: %(summary)s", what=what, summary=self.summary())
        )
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        order._hub_retry_failed("order_confirmed")

    # === BUSINESS METHODS ===#

    @api.private
    def propose(self, backend, order, document, values, tax):
        """Return the change of an order, put beside what Odoo has.

        :param values: values of the order as the importer would create it
        :param tax: the tax Odoo should come to
        """
        before = self.search([("order_id", "=", order.id), ("state", "=", "open")])
        before.state = "superseded"
        # before the new one is inserted: there is one open change of an order
        before.flush_recordset(["state"])
        rows = self.env["hub.importer.order.diff"].rows(backend, order, values)
        said = {
            "values": {name: values[name] for name in TAKEN_OVER},
            "currency": document.currency,
            "total": str(document.total),
            "total_tax": str(document.total_tax),
            "tax": str(tax),
        }
        return self.create(
            {
                "name": document.name,
                "order_id": order.id,
                "backend_id": backend.id,
                "ours_total": order.amount_total,
                "theirs_total": float(document.total),
                # dates an integrator may have added are text there
                "theirs": json.loads(json.dumps(said, default=str)),
                "line_ids": [(0, 0, row) for row in rows],
            }
        )

    @api.private
    def summary(self):
        """Return the differences as one sentence."""
        parts = []
        for line in self.line_ids:
            if line.kind == "address":
                parts.append(line.name)
            elif line.kind not in ("same", "own"):
                quantities = f"{line.ours_quantity:g} → {line.theirs_quantity:g}"
                parts.append(f"{line.name}: {quantities}")
        return "; ".join(parts) or self.env._("amounts")

    @api.private
    def _bring_over(self):
        said = self.sudo().theirs
        owed = Owed(
            name=self.name,
            currency=said["currency"],
            total=Decimal(said["total"]),
            total_tax=Decimal(said["total_tax"]),
            tax=Decimal(said["tax"]),
        )
        self.env["hub.importer.order.diff"].bring_over(
            self.sudo().backend_id,
            self.order_id.with_env(self.env),
            said["values"],
            owed,
        )
