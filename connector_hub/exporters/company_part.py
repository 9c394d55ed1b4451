# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timezone

from odoo import models

from ..documents import CompanyContact, CompanyLocation, Customer

NONE = {"locations": frozenset(), "contacts": frozenset()}


class ExporterCompany(models.AbstractModel):
    """Branches are delivery addresses of a company, people are its contacts.

    A company without branches is a branch itself. Said are those that are linked, and
    those that people have added in Odoo: the addresses of orders came from the
    connected system in the first place. What else customers are, customers' flow says.
    """

    _inherit = "hub.exporter.company"

    def _parts_of(self, flow, partners, known):
        """Return {company id: {"locations": parts, "contacts": parts}}.

        :param known: see ``_known_parts``
        """
        children = partners.with_context(active_test=False).search(
            [("parent_id", "in", partners.ids)], order="id"
        )
        links = self._links_of(flow, partners | children)
        left = self._left(flow, partners, known)
        by_company = children.grouped("parent_id")
        found = {}
        for partner in partners:
            below = by_company.get(partner, children.browse())
            theirs = known.get(partner.id)
            found[partner.id] = {
                "locations": [
                    *self._locations(flow, partner, below, links, theirs),
                    *left[partner.id]["locations"],
                ],
                "contacts": [
                    *self._contacts(below, links, theirs),
                    *left[partner.id]["contacts"],
                ],
            }
        return found

    def _links_of(self, flow, partners):
        """Return {entity: {Odoo id: [ids there]}}."""
        backend = flow.backend_id.with_env(self.env)
        return {
            entity: backend.binder(entity).to_external_many(partners)
            for entity in ("company_location", "company_contact", "customer")
        }

    def _left(self, flow, partners, known):
        """Return the parts the connected system has, and Odoo's company has no more.

        Branches are deleted only where the flow deletes. People are not: they leave.
        """
        backend = flow.backend_id.with_env(self.env)
        found = {partner.id: {"locations": [], "contacts": []} for partner in partners}
        kinds = []
        if flow.departure == "delete":
            kinds.append(("locations", "company_location", CompanyLocation))
        if flow.departure != "ignore":
            kinds.append(("contacts", "company_contact", CompanyContact))
        for name, entity, part in kinds:
            ids = {key for parts in known.values() for key in parts[name]}
            states = backend.binder(entity).states_many(ids)
            for partner in partners:
                theirs = known.get(partner.id, NONE)[name]
                for key in sorted(theirs & states.keys()):
                    if not states[key].deleted and _has_left(
                        states[key].record, partner
                    ):
                        gone = part(external_id=key, removed=True)
                        found[partner.id][name].append(gone)
        return found

    # === BRANCHES ===#

    def _locations(self, flow, company, children, links, known):
        linked = links["company_location"]
        places = children.filtered(
            lambda child: (
                child.active
                and child.type == "delivery"
                and (child.id in linked or (child.street and _is_ours(child)))
            )
        )
        # a branch that was archived here, and stays there, is one there
        there = places if flow.departure == "delete" else children
        if company.id in linked or not any(child.id in linked for child in there):
            places = company | places
        return [
            self._location(flow, company, place, key, children)
            for place in places
            for key in [_key(linked, place, known, "locations")]
        ]

    def _location(self, flow, company, place, key, children):
        values = {"name": place.name or company.name or "", "phone": place.phone or ""}
        address = self.env["hub.exporter.customer"]._address(place)
        if address.street or address.city or address.zip or address.country:
            values["shipping"] = address
        if place == company or not key:
            values.update(self._terms(flow, company, children))
        if key:
            return CompanyLocation(external_id=key, **values)
        origin = f"res.partner,{place.id}"
        return CompanyLocation(
            reference=place._hub_reference(), origin=origin, **values
        )

    def _terms(self, flow, company, children):
        """Return where invoices go, and what the tax office knows of the company."""
        values = {}
        invoices = children.filtered(
            lambda each: each.active and each.type == "invoice"
        )
        if len(invoices) == 1:
            values["billing"] = self.env["hub.exporter.customer"]._address(invoices)
        if company.vat:
            values["tax_id"] = company.vat
        exempt = flow.backend_id.exempt_position_id
        if exempt:
            position = company.property_account_position_id
            values["tax_exempt"] = position == exempt
        return values

    # === PEOPLE ===#

    def _contacts(self, children, links, known):
        linked = links["company_contact"]
        people = children.filtered(
            lambda child: (
                child.active
                and child.type == "contact"
                and not child.is_company
                and (child.id in linked or child.email)
            )
        )
        return [
            self._contact(person, key, links["customer"].get(person.id, [""])[0])
            for person in people
            for key in [_key(linked, person, known, "contacts")]
        ]

    def _contact(self, person, key, customer_id):
        title = person.function or ""
        if key:
            return CompanyContact(external_id=key, title=title)
        customer = Customer(
            external_id=customer_id,
            version=person.write_date.replace(tzinfo=timezone.utc),
            name="" if person.name == person.email else person.name or "",
            email=person.email or "",
            phone=person.phone or "",
        )
        origin = f"res.partner,{person.id}"
        return CompanyContact(title=title, origin=origin, customer=customer)


def _key(linked, partner, known, name):
    """Return a part's id in this company, or "".

    People may have bought for another company before.
    """
    keys = linked.get(partner.id, [])
    if known is not None:
        keys = [key for key in keys if key in known[name]]
    return keys[0] if keys else ""


def _has_left(partner, company):
    return partner != company and not (partner.active and partner.parent_id == company)


def _is_ours(partner):
    """Return whether people have made it, and not an order."""
    return not partner.sudo().create_uid._is_hub_bot()
