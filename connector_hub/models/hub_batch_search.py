# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

from ..importers.batch import batch_of
from ..importers.trial import trial_of


class BatchSearch(models.AbstractModel):
    """Settings that Odoo looks up for every record are looked up once per batch."""

    _name = "hub.batch.search"
    _description = "Looked Up Once per Batch"

    @api.model
    def search(self, domain, offset=0, limit=None, order=None):
        ask = super().search
        batch = batch_of(self.env.cr)
        if batch is None:
            return ask(domain, offset=offset, limit=limit, order=order)
        env, said = self.env, self.env.context
        places = tuple(said.get("allowed_company_ids") or ())
        whom = (env.uid, env.su, places, said.get("active_test", True))
        key = ("search", self._name, *whom, repr(Domain(domain)), offset, limit, order)
        ids = batch.once(
            key, lambda: ask(domain, offset=offset, limit=limit, order=order).ids
        )
        return self.browse(ids)


class AccountFiscalPosition(models.Model):
    _name = "account.fiscal.position"
    _inherit = ["account.fiscal.position", "hub.batch.search"]


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["stock.warehouse", "hub.batch.search"]


class IrSequence(models.Model):
    """The numbers of a batch are drawn together, where gaps are allowed anyway."""

    _name = "ir.sequence"
    _inherit = ["ir.sequence", "hub.batch.search"]

    @api.private
    def hub_draw(self, count):
        """Draw the next numbers for a batch that is going to ask for as many."""
        batch = batch_of(self.env.cr)
        if batch and self and self._hub_is_drawn_freely():
            self.env.cr.execute(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                [f"ir_sequence_{self.id:03d}", count],
            )
            batch.numbers[self.id] = [number for (number,) in self.env.cr.fetchall()]

    def _hub_is_drawn_freely(self):
        is_plain = self.implementation == "standard" and not self.use_date_range
        return is_plain and trial_of(self.env.cr) is None

    def _next_do(self):
        batch = batch_of(self.env.cr)
        numbers = batch and batch.numbers.get(self.id)
        return self.get_next_char(numbers.pop(0)) if numbers else super()._next_do()
