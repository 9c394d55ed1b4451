# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools.sql import escape_psql

from .hub_backend_discover import _of_name


class HubBackend(models.Model):
    _inherit = "hub.backend"

    def _propose_collection(self, value):
        """The tag or category of the same name, whichever there is only one of.

        A shop may have thousands of either: only those of that name are read.
        """
        name = (value.name or value.value).strip()
        same = [("name", "=ilike", escape_psql(name))]
        for model in ("product.public.category", "product.tag"):
            if model in self.env:
                found = _of_name(self.env[model].sudo().search(same), name)
                if found:
                    return {"group_ref": f"{model},{found.id}"}
        return {}
