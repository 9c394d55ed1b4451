# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

#: settings after which the same stock or price list says something else
SAYS_OTHERWISE = frozenset(
    "stock_formula safety_stock pricelist_id compare_price price_cost".split()
)


class HubFlow(models.Model):
    """Stock and prices are told again when what is said of all of them has changed.

    What the other side knows already is compared away, and costs no call.
    """

    _inherit = "hub.flow"

    def write(self, vals):
        result = super().write(vals)
        if not SAYS_OTHERWISE.isdisjoint(vals):
            self._tell_again()
        return result

    def _start(self):
        # nobody listened while they were stopped
        stopped = self.filtered(lambda flow: flow.state == "stopped")
        result = super()._start()
        stopped._tell_again()
        return result

    @api.private
    def _tell_again(self):
        """Have all linked records said again, where flows say stock or prices."""
        for flow in self.sudo():
            if flow.direction == "in" or flow.state == "stopped":
                continue
            exporter = flow._exporter()
            if exporter._told_when_linked:
                ids = exporter._linked_after(flow, 0, None)
                self.env["hub.dirty"].mark_flow(flow, exporter._record_model, ids)
