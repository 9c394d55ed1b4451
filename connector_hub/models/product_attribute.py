# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ProductAttribute(models.Model):
    """The name of an option is said with every product that has it."""

    _inherit = "product.attribute"

    def write(self, vals):
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result
