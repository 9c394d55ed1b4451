# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

#: who may release a held order
RELEASERS = ("connector_hub.group_hub_operator", "sales_team.group_sale_manager")
ACTIVITY = "connector_hub.mail_activity_hold"
#: what the integration alone decides
DECIDED = {"hub_hold", "hub_hold_reason", "hub_released_by_id", "hub_released_at"}


class SaleOrder(models.Model):
    """Imported orders that wait for a decision."""

    _inherit = "sale.order"

    hub_hold = fields.Selection(
        [("held", "On Hold"), ("released", "Released")],
        "Hold",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="On hold: a release rule of the integration keeps it unconfirmed.",
    )
    hub_hold_reason = fields.Text(
        "Why on Hold",
        readonly=True,
        copy=False,
        # of limits and warnings the customer in the portal is not told
        groups="base.group_user",
    )
    hub_released_by_id = fields.Many2one(
        "res.users", "Released By", readonly=True, copy=False
    )
    hub_released_at = fields.Datetime("Released On", readonly=True, copy=False)

    def write(self, vals):
        if not self.env.su and not DECIDED.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "Whether orders are on hold cannot be written. Press Release on the"
                    " order, or ask a sales administrator to."
                )
            )
        return super().write(vals)

    # === ACTIONS ===#

    def action_hub_release(self):
        """Confirm held orders although a rule says no; audited."""
        self.check_access("write")
        if not any(self.env.user.has_group(name) for name in RELEASERS):
            raise AccessError(
                self.env._(
                    "Only sales administrators and integration operators may release"
                    " orders that are on hold. Ask one of them."
                )
            )
        held = self.filtered(lambda order: order.hub_hold == "held")
        for order in held:
            self.env["hub.audit"].note(
                "approval",
                self.env._("Order %s released although it was on hold", order.name),
                order,
                reason=order.hub_hold_reason,
            )
            order.message_post(
                body=self.env._("Released. It was on hold: %s", order.hub_hold_reason)
            )
        held.sudo().write(
            {
                "hub_hold": "released",
                "hub_released_by_id": self.env.uid,
                "hub_released_at": fields.Datetime.now(),
            }
        )
        held._hub_close_hold()
        held.with_context(hub_keep_date=True).action_confirm()
        held._hub_retry_failed("release_%")
        return True

    # === BUSINESS METHODS ===#

    def _confirmation_error_message(self):
        if self.hub_hold == "held":
            return self.env._(
                "%(order)s is on hold: %(reason)s\nPress Release to confirm it all the"
                " same.",
                order=self.name,
                reason=self.hub_hold_reason,
            )
        return super()._confirmation_error_message()

    def _prepare_confirmation_values(self):
        values = super()._prepare_confirmation_values()
        if self.env.context.get("hub_keep_date"):
            # the day the buyer ordered, which prices, rates and reports go by
            values.pop("date_order", None)
        return values

    @api.private
    def hub_set_hold(self, reasons):
        """Put orders on hold, and tell who decides; says nothing twice.

        :param reasons: {order id: (reason, user to decide or empty)}
        """
        for order in self:
            reason, user = reasons[order.id]
            if order.hub_hold == "held" and order.hub_hold_reason == reason:
                continue
            order._hub_close_hold()
            order.sudo().write({"hub_hold": "held", "hub_hold_reason": reason})
            if user:
                # the activity is enough: no e-mail for each order of a bad morning
                order.with_context(mail_activity_quick_update=True).activity_schedule(
                    ACTIVITY, note=reason, user_id=user.id
                )

    @api.private
    def hub_clear_hold(self):
        """Forget the hold of orders whose reason is gone."""
        held = self.filtered(lambda order: order.hub_hold == "held")
        if held:
            held._hub_close_hold()
            held.sudo().write({"hub_hold": False, "hub_hold_reason": False})

    def _hub_close_hold(self):
        """Remove the activities that ask for a decision."""
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        if kind and self.ids:
            self.env["mail.activity"].sudo().search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", kind.id),
                ]
            ).unlink()

    def _hub_retry_failed(self, code):
        """Go on with the messages that a problem of these orders stopped.

        :param code: pattern of the error code, as in SQL
        """
        messages = (
            self.env["hub.message"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "=", "failed"),
                    ("error_code", "=like", code),
                ]
            )
        )
        if messages:
            messages.action_retry()
