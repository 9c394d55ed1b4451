# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..exceptions import BusinessRuleError
from .batch import together

EDITABLE = ("draft", "sent")


class ImporterOrderRelease(models.AbstractModel):
    """Orders that pass every release rule are confirmed, the others are held.

    A held order is in Odoo with the reason on it, and its message fails with an
    exception for whoever decides. The rules are asked again whenever there is news of
    the order, and when the message is tried again.
    """

    _name = "hub.importer.order.release"
    _inherit = "hub.importer.part"
    _description = "Release of Imported Orders"

    def follow_up(self, flow, tasks):
        if flow.backend_id.order_confirm == "never":
            return None
        return super().follow_up(flow, tasks)

    def _concerns(self, flow, task):
        # what another connector made is for people to confirm
        return "adopted" not in task.expected

    def _isolate(self, flow, tasks, step="_apply"):
        result = super()._isolate(flow, tasks, step)
        if len(tasks) == 1:
            self._note_refusal(flow, *tasks)
        return result

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        pairs = [(task, self.env["sale.order"].browse(task.res_id)) for task in tasks]
        found = self.env["hub.importer.order.release.check"].reasons(
            backend,
            [
                (task.document, order)
                for task, order in pairs
                if order.state in EDITABLE
                and order.hub_hold != "released"
                and not task.document.cancelled_at
            ],
        )
        free = self.env["sale.order"]
        for task, order in pairs:
            if found.get(order.id):
                self._hold(flow, task, order, found[order.id])
            else:
                free += order
        free.hub_clear_hold()
        ready = free.filtered(lambda order: order.state in EDITABLE)
        ready -= self._cancelled(tasks)
        if ready:
            with together(self.env):
                ready.with_context(hub_keep_date=True).action_confirm()

    def _cancelled(self, tasks):
        ids = [task.res_id for task in tasks if task.document.cancelled_at]
        return self.env["sale.order"].browse(ids)

    # === HOLDING ===#

    def _hold(self, flow, task, order, reasons):
        """Put an order on hold.

        :param reasons: [(rule, text)], the first one decides whose problem it is
        """
        rule = reasons[0][0]
        text = "\n".join(reason for _rule, reason in reasons)
        owner = rule.owner_id or flow.sudo().business_owner_id
        order.hub_set_hold({order.id: (text, owner)})
        what = dict(rule._fields["kind"]._description_selection(self.env))[rule.kind]
        task.error = self._error(
            flow, order, text, f"release_{rule.kind}", f"{flow.backend_id.name}: {what}"
        )

    def _note_refusal(self, flow, task):
        """Show on the order as well why Odoo itself did not confirm it."""
        error = task.error
        order = self.env["sale.order"].browse(task.res_id)
        if (
            not isinstance(error, BusinessRuleError)
            or error.code.startswith("release_")
            or order.state not in EDITABLE
        ):
            return
        owner = flow.sudo().business_owner_id
        order.hub_set_hold({order.id: (error.message, owner)})
        task.error = self._error(
            flow, order, error.message, "release_refused", flow.backend_id.name
        )

    def _error(self, flow, order, text, code, what):
        return BusinessRuleError(
            self.env._(
                "Order %(order)s (%(origin)s) is on hold: %(reason)s",
                order=order.name,
                origin=order.origin or "",
                reason=text,
            ),
            title=self.env._("Orders are on hold: %s", what),
            remedy=self.env._(
                "Remove the cause and retry, or open %s and press Release: it is"
                " confirmed then, whatever the rules say.",
                order.name,
            ),
            code=code,
            field="state",
        )
