# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..documents.merge import ODOO


class ExporterProduct(models.AbstractModel):
    """In which sales channels products are offered, where a rule makes it Odoo's."""

    _inherit = "hub.exporter.product"

    @api.private
    def to_documents(self, flow, ids):
        documents = super().to_documents(flow, ids)
        ownership = flow._ownership()
        if not ownership.has_rule("channels") or ownership.owner("channels") != ODOO:
            return documents
        chosen = self.env["hub.mapping"].sudo().lookup(flow.backend_id, "channel")
        offered = tuple(sorted(key for key, chosen_ in chosen.items() if chosen_))
        for key, document in documents.items():
            if "status" in getattr(document, "model_fields_set", ()):
                channels = offered if document.status == "active" else ()
                documents[key] = document.model_copy(update={"channels": channels})
        return documents
