# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: document: the documents it refers to, which must be there before
DEPENDS = {
    "company": ("customer",),
    "order": ("customer", "company", "product"),
    "price": ("product",),
    "stock": ("product",),
    "fulfillment": ("order",),
    "invoice": ("order",),
}


class HubFlow(models.Model):
    """What must be there before a flow's records can be brought in."""

    _inherit = "hub.flow"

    depends_on_ids = fields.Many2many(
        "hub.flow",
        "hub_flow_depends_rel",
        "flow_id",
        "other_id",
        "Needs First",
        domain="[('backend_id', '=', backend_id), ('id', '!=', id)]",
        help="The first synchronisation brings in the records of these flows before.",
    )

    @api.constrains("depends_on_ids")
    def _check_dependencies(self):
        if self._has_cycle("depends_on_ids"):
            raise ValidationError(
                self.env._("Two flows cannot each need the other one first.")
            )

    def _set_dependencies(self):
        """Let each flow need those whose records its own ones refer to."""
        for flow in self:
            needed = DEPENDS.get(flow.document, ())
            flow.depends_on_ids = flow.backend_id.flow_ids.filtered(
                lambda other, flow=flow, needed=needed: (
                    other.document in needed
                    and other.direction in ("in", flow.direction)
                )
            )

    def _dependencies_first(self):
        """Return these flows in an order in which each comes after what it needs."""
        ordered, rest = self.browse(), self
        while rest:
            ready = rest.filtered(lambda f, left=rest: not f.depends_on_ids & left)
            ordered += ready or rest
            rest -= ready or rest
        return ordered

    def _has_work_soon(self):
        return super()._has_work_soon() or bool(
            self.env["hub.launch"].search_count([("state", "=", "running")], limit=1)
        )

    @api.model
    def _cron_sweep(self):
        self.env["hub.launch"].search([("state", "=", "running")])._advance()
        return super()._cron_sweep()
