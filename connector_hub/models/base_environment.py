# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..importers.batch import batch_of


class Base(models.AbstractModel):
    """During a batch Odoo gets the environments it asks for most without a search.

    To round an amount it looks up the currency as superuser and without prefetching,
    which is some hundred times for each order.
    """

    _inherit = "base"

    @api.private
    def with_context(self, ctx=None, /, **overrides):
        change = super().with_context
        if ctx is None and overrides == {"prefetch_fields": False}:
            batch = batch_of(self.env.cr)
            if batch:
                env = batch.environment(
                    "alone", self.env, lambda: change(prefetch_fields=False).env
                )
                return self.with_env(env)
        return change(ctx, **overrides)

    @api.private
    def sudo(self, flag=True):
        change = super().sudo
        if flag is True and not self.env.su:
            batch = batch_of(self.env.cr)
            if batch:
                env = batch.environment("superuser", self.env, lambda: change().env)
                return self.with_env(env)
        return change(flag)
