# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubStockOpeningLine(models.Model):
    """One product at one location: what was read, and what Odoo had then."""

    _name = "hub.stock.opening.line"
    _description = "Level of an Opening Stock"
    _order = "id"
    _rec_name = "sku"

    opening_id = fields.Many2one(
        "hub.stock.opening", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="opening_id.company_id", store=True)
    external_id = fields.Char("Record There", required=True, readonly=True)
    sku = fields.Char("SKU There", readonly=True)
    remote_location = fields.Char("Location There", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    location_id = fields.Many2one("stock.location", readonly=True)
    counted = fields.Float("Quantity There", digits="Product Unit", readonly=True)
    current = fields.Float("Quantity in Odoo", digits="Product Unit", readonly=True)
    difference = fields.Float(digits="Product Unit", readonly=True)
    problem = fields.Selection(
        [
            ("unlinked", "Product Is Not Linked"),
            ("unmapped", "Location Is Not Mapped"),
            ("untracked", "Stock Is Not Tracked"),
            ("lots", "Tracked by Lot or Serial Number"),
            ("negative", "Below Zero There"),
            ("double", "Product Is Listed Twice"),
            ("refused", "Refused by Odoo"),
        ],
        "Left Out Because",
        readonly=True,
    )
    note = fields.Char(readonly=True)
    is_applied = fields.Boolean("Applied", readonly=True)

    @api.model
    def _open_domain(self):
        """Return the domain of what is still to be changed."""
        return [
            ("problem", "=", False),
            ("is_applied", "=", False),
            ("difference", "!=", 0),
        ]
