# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubBackend(models.Model):
    """What Odoo does by itself about the money of this backend's orders."""

    _inherit = "hub.backend"

    order_invoice = fields.Selection(
        [
            ("never", "Never, People Do"),
            ("payment", "When Paid in Full"),
            ("delivery", "When Delivered in Full"),
        ],
        "Invoice Orders",
        required=True,
        default="never",
        help="Confirmed orders are invoiced as a whole, and the invoice is posted.",
    )
    order_register_payment = fields.Boolean(
        "Register Payments",
        help="What the store received for a confirmed order is booked in the journal"
        " its gateway is mapped to, and reconciled with the order's invoice as soon as"
        " there is one. Authorizations are only noted.",
    )
