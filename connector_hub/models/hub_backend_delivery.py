# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubBackend(models.Model):
    """What becomes of shipments that the connected system tells of."""

    _inherit = "hub.backend"

    delivery_import = fields.Selection(
        [
            ("never", "Leave Deliveries Alone"),
            ("validate", "Complete the Deliveries in Odoo"),
        ],
        "Shipments of the Store",
        required=True,
        default="never",
        help="Goods that the store's staff or a logistics company has shipped: whether"
        " the deliveries of confirmed orders are completed in Odoo for them, even when"
        " Odoo has less in stock.",
    )
