# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ImporterOrder(models.AbstractModel):
    """Orders that OCA's connector has been working on until now."""

    _inherit = "hub.importer.order"

    def _apply(self, flow, tasks):
        backend = flow.backend_id
        if backend.system == "shopify" and backend.shopify_adopts:
            # it may have booked more since its links were adopted
            self.env["hub.shopify.elsewhere"].name_parts(
                backend, [task.external_id for task in tasks]
            )
        return super()._apply(flow, tasks)
