# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..components.stock_push import ITEM, TRACKED


class HubFlow(models.Model):
    """Keeps the inventory items that were looked up while stock was sent."""

    _inherit = "hub.flow"

    def _remember(self, tasks):
        super()._remember(tasks)
        if self.document != "stock" or self.backend_id.system != "shopify":
            return
        states = {task.remote_id: task.pushed.state for task in tasks if task.pushed}
        self.env["hub.shopify.variant"].sudo().note_items(
            self.backend_id,
            [
                (variant, state[ITEM], state[TRACKED] == "true")
                for variant, state in states.items()
                if state and state.get(ITEM)
            ],
        )
