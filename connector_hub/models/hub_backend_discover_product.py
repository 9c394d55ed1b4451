# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .hub_backend_discover import _of_name


class HubBackend(models.Model):
    _inherit = "hub.backend"

    def _propose_collection(self, value):
        """The tag or category of the same name, whichever there is only one of."""
        name = value.name or value.value
        for model in ("product.public.category", "product.tag"):
            if model in self.env:
                found = _of_name(self.env[model].sudo().search([]), name)
                if found:
                    return {"group_ref": f"{model},{found.id}"}
        return {}
