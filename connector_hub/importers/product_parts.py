# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ImporterProduct(models.AbstractModel):
    """What follows when a product is in Odoo."""

    _inherit = "hub.importer.product"

    def _parts(self):
        return (
            *super()._parts(),
            "hub.importer.product.collection",
            "hub.importer.product.detail",
            "hub.importer.product.picture",
        )
