# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..importers.batch import batch_of


class StockQuant(models.Model):
    """A batch looks up once where its products are.

    Only which quants there are is kept: what is left in them is read anew.
    """

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_places()
        return super().create(vals_list)

    def unlink(self):
        self._forget_places()
        return super().unlink()

    def _forget_places(self):
        batch = batch_of(self.env.cr)
        if batch:
            batch.forget("quants")

    def _gather(
        self,
        product_id,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
        qty=0,
    ):
        arguments = (product_id, location_id, lot_id, package_id, owner_id, strict)
        batch = batch_of(self.env.cr)
        if not batch or self._get_removal_strategy(product_id, location_id) not in (
            "fifo",
            "lifo",
            "closest",
        ):
            return super()._gather(*arguments, qty=qty)
        ids = [record and record.id for record in arguments[:5]]
        env = self.env
        expiry = env.context.get("with_expiration")
        key = ("quants", *ids, strict, expiry, env.uid, env.su)
        ask = super()._gather
        found = batch.once(key, lambda: ask(*arguments, qty=qty).ids)
        return self.browse(found)
