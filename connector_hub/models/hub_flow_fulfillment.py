# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubFlow(models.Model):
    """What the connected system is told of deliveries that come back."""

    _inherit = "hub.flow"

    returned_delivery = fields.Selection(
        [
            ("keep", "Keep the Shipment There"),
            ("cancel", "Cancel the Shipment There"),
        ],
        required=True,
        default="keep",
        help="What happens to the shipment in the connected system when everything of"
        " a delivery has come back. Cancelling is right for parcels that never reached"
        " the customer; what a customer sends back is a return, and is told as one.",
    )
