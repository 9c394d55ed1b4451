# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

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
        ids = [record.id if record else None for record in arguments[:5]]
        env = self.env
        expiry = env.context.get("with_expiration") or None
        key = ("quants", *ids, strict, expiry, env.uid, env.su)
        ask = super()._gather
        if not strict and not expiry and not any(ids[2:]):
            self._gather_all(batch, product_id, location_id)
        found = batch.once(key, lambda: ask(*arguments, qty=qty).ids)
        return self.browse(found)

    def _gather_all(self, batch, product, location):
        """Look up all products of a batch that are taken in the same order."""
        strategy = self._get_removal_strategy(product, location)
        if product.id not in batch.product_ids or strategy == "closest":
            return
        env, order = self.env, self._get_removal_strategy_order(strategy)
        key = ("quants", "all", location.id, strategy, env.uid, env.su)

        def search():
            if not self._gathers_plainly(product, location):
                return
            products = product.browse(sorted(batch.product_ids)).filtered(
                lambda one: self._get_removal_strategy(one, location) == strategy
            )
            place = Domain("location_id", "child_of", location.id)
            domain = Domain("product_id", "in", products.ids) & place
            by_product = self.search(domain, order=order).grouped("product_id")
            for one in products:
                found = by_product.get(one, self.browse())
                found = found.sorted(lambda quant: not quant.lot_id)
                place = ("quants", one.id, location.id, None, None, None)
                key = (*place, False, None, env.uid, env.su)
                batch.once(key, lambda found=found: found.ids)

        batch.once(key, search)

    def _gathers_plainly(self, product, location):
        """Return whether nothing but product and place decides on what is found."""
        owners = {
            getattr(parent, "_module", None)
            for parent in type(self).mro()
            if "_gather" in vars(parent)
        }
        place = Domain("location_id", "child_of", location.id)
        domain = self._get_gather_domain(product, location)
        expected = Domain("product_id", "=", product.id) & place
        return owners <= {"stock", "connector_hub"} and Domain(domain) == expected
