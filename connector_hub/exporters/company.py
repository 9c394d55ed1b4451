# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..documents import Company

#: ``child_ids``: somebody or some branch has left
WATCHED = frozenset(
    "child_ids name ref vat comment email phone function is_company street street2"
    " zip city state_id country_id parent_id active type"
    " property_account_position_id".split()
)
#: parts of a company that a snapshot names: ("locations", its id there)
PART = re.compile(r"(locations|contacts)\[([^\]]+)\]")


class ExporterCompany(models.AbstractModel):
    """Companies with their branches and people, see ``company_part``."""

    _name = "hub.exporter.company"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Companies"
    _record_model = "res.partner"
    _entity = "company"

    @api.private
    def watched(self):
        return {"res.partner": WATCHED}

    @api.private
    def roots(self, flow, model, ids):
        """Return the changed companies, and those whose branch or person changed."""
        partners = self.env["res.partner"].with_context(active_test=False)
        partners = partners.browse(ids).exists()
        return list({partner.parent_id.id or partner.id for partner in partners})

    @api.private
    def to_documents(self, flow, ids):
        partners = self.env["res.partner"].browse(ids).exists()
        remote_ids = self._remote_ids(flow, ids)
        parts = self._parts_of(flow, partners, self._known_parts(flow, remote_ids))
        return {
            partner.id: self._document(
                partner, remote_ids.get(partner.id, ""), parts[partner.id]
            )
            for partner in partners
        }

    @api.private
    def _hub_document_company(self, partner, values):
        """Hook: change what is said of a company."""
        return values

    def _departing_as(self):
        return ("company", "company_location", "company_contact")

    def _creatable(self, flow, domain, **options):
        """Leave out our own companies, and who does not buy."""
        bought = Domain("customer_rank", ">", 0)
        buyers = (
            Domain("is_company", "=", True)
            & Domain("parent_id", "=", False)
            & Domain("ref_company_ids", "=", False)
            & (bought | Domain("child_ids", "any", bought))
        )
        return super()._creatable(flow, domain & buyers, **options)

    def _known_parts(self, flow, remote_ids):
        """Return {Odoo id: {"locations": ids there, "contacts": ids there}}.

        Of those companies of which it is known what the connected system says.
        """
        snapshots = self.env["hub.snapshot"].read_many(
            flow.backend_id, flow.document, remote_ids.values()
        )
        found = {}
        for partner_id, remote_id in remote_ids.items():
            for path in snapshots.get(remote_id, ()):
                parts = found.setdefault(
                    partner_id, {"locations": set(), "contacts": set()}
                )
                part = PART.match(path)
                if part:
                    parts[part[1]].add(part[2])
        return found

    def _document(self, partner, remote_id, parts):
        if not partner.active:
            return self._gone(remote_id)
        values = {
            "name": partner.name or "",
            "reference": partner._hub_reference(),
            "note": html2plaintext(partner.comment or "").strip(),
            **{name: tuple(entries) for name, entries in parts.items() if entries},
        }
        values.update(self._hub_document_company(partner, {}))
        return Company(external_id=remote_id, version=self._now(), **values)


class ExporterCustomer(models.AbstractModel):
    """Companies are no customers of a system that is told of companies."""

    _inherit = "hub.exporter.customer"

    def _creatable(self, flow, domain, **options):
        companies = flow.sudo().backend_id.flow_ids.filtered(
            lambda each: (
                each.document == "company"
                and each.direction == "out"
                and each.state != "stopped"
            )
        )
        if companies:
            domain &= Domain("is_company", "=", False)
        return super()._creatable(flow, domain, **options)
