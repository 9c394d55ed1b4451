# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


class HubFlow(models.Model):
    """Prices that change because a date has come: nobody writes anything then."""

    _inherit = "hub.flow"

    price_cost = fields.Boolean(
        "Tell the Cost, Too",
        help="The connected system then knows what the products cost the company.",
    )
    prices_checked_at = fields.Datetime(readonly=True)

    @api.model
    def _cron_price_dates(self):
        """Note the products of price rules that began or ended since the last time."""
        now = fields.Datetime.now()
        flows = self.search(
            [
                ("document", "=", "price"),
                ("direction", "=", "out"),
                ("state", "!=", "stopped"),
            ]
        )
        for flow in flows:
            rules = flow._rules_turning(flow.prices_checked_at or now, now)
            self.env["hub.dirty"].mark_for(flow, rules)
            flow.prices_checked_at = now

    def _rules_turning(self, after, until):
        """Return the rules of the flow's price lists whose time begins or ends."""
        exporter = self._exporter()
        lists = exporter._pricelists(exporter._lists_of(self))

        def within(name):
            return Domain(name, ">", after) & Domain(name, "<=", until)

        return self.env["product.pricelist.item"].search(
            Domain("pricelist_id", "in", list(lists))
            & (within("date_start") | within("date_end"))
        )
