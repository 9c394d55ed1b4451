# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

#: kinds of mappings that say which tags of the store are Odoo's
KINDS = ("order_tag", "order_stage")


class HubMapping(models.Model):
    """Tags of the store's orders by which it is told what Odoo knows of them.

    They are Odoo's alone: the store is told them, and they are not taken over from it.
    """

    _inherit = "hub.mapping"

    kind = fields.Selection(
        selection_add=[
            ("order_tag", "Tag of an Order"),
            ("order_stage", "State of an Order"),
        ],
        ondelete=dict.fromkeys(KINDS, "cascade"),
    )
    order_tag_id = fields.Many2one(
        "crm.tag",
        "Tag of the Sale Order",
        help="Orders that have this tag in Odoo get the one there.",
    )
    order_stage = fields.Selection(
        [
            ("held", "On Hold"),
            ("confirmed", "Confirmed"),
            ("partly_delivered", "Delivered in Part"),
            ("delivered", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        "State of the Sale Order",
        help="Orders that are in this state in Odoo have the tag there.",
    )

    @api.private
    def tags_of_orders(self, backend):
        """Return [(tag there, tag of Odoo or state)] of what the store is told."""
        return [
            (value, target)
            for kind in KINDS
            for value, target in self.lookup(backend, kind).items()
            if target
        ]
