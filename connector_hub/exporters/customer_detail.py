# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..documents import CustomerAddress

#: types of contacts below a customer that are addresses of theirs
ADDRESS_TYPES = ("invoice", "delivery", "other")


class ExporterCustomer(models.AbstractModel):
    """Consent, tags, exemption and address book, where the backend has a place for it.

    Of the address book only what is linked is said, and what people have added in
    Odoo: the addresses of orders came from the connected system in the first place.
    """

    _inherit = "hub.exporter.customer"

    def _details(self, flow, partners):
        """Return {partner id: values of the document}, with one query for all."""
        backend = flow.backend_id
        found = {partner.id: {} for partner in partners}
        has_companies = "company" in backend._binding_models()
        for partner in partners:
            values = found[partner.id]
            if has_companies and partner._hub_shares_address():
                values["default_address"] = None
            if partner.hub_marketing_consent:
                granted = partner.hub_marketing_consent == "granted"
                values["accepts_marketing"] = granted
            if backend.customer_tags:
                names = partner.category_id.mapped("name")
                values["tags"] = tuple(sorted(names, key=str.casefold))
            if backend.exempt_position_id:
                position = partner.property_account_position_id
                values["tax_exempt"] = position == backend.exempt_position_id
        if "address" in backend._binding_models():
            for partner_id, entries in self._address_book(flow, partners).items():
                found[partner_id]["addresses"] = tuple(entries)
        return found

    def _address_book(self, flow, partners):
        """Return {partner id: [CustomerAddress]} of those who have any to be said."""
        children = partners.with_context(active_test=False).search(
            [("parent_id", "in", partners.ids), ("type", "in", ADDRESS_TYPES)]
        )
        backend = flow.backend_id.with_env(self.env)
        linked = backend.binder("address").to_external_many(children)
        books = {}
        for child in children.sorted("id"):
            entry = self._entry(child, linked.get(child.id, [""])[0])
            if entry:
                books.setdefault(child.parent_id.id, []).append(entry)
        return books

    def _entry(self, child, remote_id):
        """Return what is said of an address; None: nothing."""
        if not child.active:
            gone = CustomerAddress(external_id=remote_id, removed=True)
            return gone if remote_id else None
        values = self._address_values(child)
        if remote_id:
            return CustomerAddress(external_id=remote_id, **values)
        is_ours = not child.sudo().create_uid._is_hub_bot()
        if not (is_ours and child.street):
            return None
        name = child.name or child.parent_id.name or ""
        return CustomerAddress(origin=f"res.partner,{child.id}", name=name, **values)

    def _address_values(self, partner):
        address = self._address(partner)
        said = {name: getattr(address, name) for name in address.model_fields_set}
        return {**said, "phone": partner.phone or ""}
