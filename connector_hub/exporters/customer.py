# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..documents import Address, Customer

WATCHED = frozenset(
    "name email phone is_company company_name vat comment street street2 zip city"
    " state_id country_id parent_id active type category_id hub_marketing_consent"
    " property_account_position_id".split()
)


class ExporterCustomer(models.AbstractModel):
    """Contacts as customers.

    The language is left to the connected system: Odoo would answer with its own
    default. The name is not said where it is only an e-mail or a number that stands
    for one.
    """

    _name = "hub.exporter.customer"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Customers"
    _record_model = "res.partner"
    _entity = "customer"

    @api.private
    def watched(self):
        return {"res.partner": WATCHED}

    @api.private
    def roots(self, flow, model, ids):
        """Return the changed contacts, and who shows their name or address.

        Odoo hands an address on to contacts below, and back to the company above, past
        ``write``; a contact says the name of its company.
        """
        partners = self.env["res.partner"].with_context(active_test=False)
        below = partners.search([("parent_id", "in", ids)])
        above = partners.browse(ids).exists().parent_id
        return list({*ids, *below.ids, *above.ids})

    @api.private
    def to_documents(self, flow, ids):
        partners = self.env["res.partner"].browse(ids).exists()
        remote_ids = self._remote_ids(flow, ids)
        details = self._details(flow, partners)
        return {
            partner.id: None
            if partner._hub_is_nobody()
            else self._document(
                partner, remote_ids.get(partner.id, ""), details[partner.id]
            )
            for partner in partners
        }

    @api.private
    def _hub_document_customer(self, partner, values):
        """Hook: change what is said of a contact."""
        return values

    def _creatable(self, flow, domain, **options):
        """Leave out addresses and colleagues, and who is not a customer anywhere."""
        buyers = (
            Domain("type", "=", "contact")
            & Domain("partner_share", "=", True)
            & Domain("email", "!=", False)
            & (Domain("customer_rank", ">", 0) | self._known_elsewhere(flow))
        )
        return super()._creatable(flow, domain & buyers, **options)

    def _known_elsewhere(self, flow):
        """Return the domain of those who are customers in another connected system."""
        backends = self.env["hub.backend"].sudo()
        backends = backends.search(
            [("company_id", "=", flow.company_id.id), ("id", "!=", flow.backend_id.id)]
        )
        names = {backend._binding_models().get(self._entity) for backend in backends}
        links = (
            self.env[name].sudo()._search([("backend_id", "in", backends.ids)])
            for name in sorted(names - {None})
        )
        return Domain.OR(
            [Domain("id", "in", query.subselect("odoo_id")) for query in links]
        )

    def _document(self, partner, remote_id, details):
        if not partner.active:
            return self._gone(remote_id)
        values = {
            "email": partner.email or "",
            "phone": partner.phone or "",
            "is_company": partner.is_company,
            "company_name": partner.company_name or partner.parent_id.name or "",
            "tax_id": partner.vat or "",
            "note": html2plaintext(partner.comment or "").strip(),
            "default_address": self._address(partner),
            **details,
        }
        if partner.name not in (partner.email, partner.phone):
            values["name"] = partner.name or ""
        if details.get("default_address", True) is None:
            del values["default_address"]
        values.update(self._hub_document_customer(partner, {}))
        return Customer(external_id=remote_id, version=self._now(), **values)

    def _address(self, partner):
        country = partner.country_id.code or ""
        return Address(
            street=partner.street or "",
            street2=partner.street2 or "",
            zip=partner.zip or "",
            city=partner.city or "",
            # some of Odoo's codes carry the country: "DE-BE"
            region=(partner.state_id.code or "").removeprefix(f"{country}-"),
            country=country,
        )
