# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

FIELDS = ("name", "street", "street2", "zip", "city")


class ImporterAddress(models.AbstractModel):
    """Addresses of partners: found again, or created as children, never doubled."""

    _name = "hub.importer.address"
    _description = "Importer of Addresses"

    @api.private
    def values_many(self, addresses):
        """Translate addresses into partner values, with two queries for all.

        :param addresses: iterable of Address
        :return: {Address: dict}
        """
        addresses = set(addresses)
        countries = self._countries({a.country for a in addresses if a.country})
        states = self._states(addresses, countries)
        return {
            address: self._values(address, countries, states) for address in addresses
        }

    @api.private
    def resolve(self, wanted):
        """Return the partner of each (owner, address), creating what is missing.

        :param wanted: list of (owner partner, Address, type of a new child)
        :return: {(owner id, Address): partner}
        """
        values = self.values_many(address for _owner, address, _type in wanted)
        known = self._known_addresses({owner.id for owner, *_rest in wanted})
        found, missing = {}, {}
        for owner, address, kind in wanted:
            identity = _identity(values[address])
            partner = known.get((owner.id, identity)) or self._without_state(
                known, owner, values[address]
            )
            if partner:
                found[owner.id, address] = partner
            else:
                entry = missing.setdefault((owner.id, identity), [owner, address, kind])
                if entry[2] != kind:
                    entry[2] = "other"
        created = self._create_children(missing.values(), values)
        for owner, address, _kind in wanted:
            if (owner.id, address) not in found:
                key = (owner.id, _identity(values[address]))
                found[owner.id, address] = created[key]
        return found

    def _without_state(self, known, owner, values):
        """Return the same address as somebody wrote it who knew no such state."""
        partner = known.get((owner.id, _identity({**values, "state_id": False})))
        if partner and partner.parent_id:
            partner.state_id = values["state_id"]
        return partner

    def _create_children(self, missing, values):
        missing = list(missing)
        children = self.env["res.partner"].create(
            [
                {
                    **values[address],
                    # a nameless address shows its owner's name
                    "name": values[address]["name"] or False,
                    "type": kind,
                    "parent_id": owner.id,
                    "company_id": owner.company_id.id,
                    "phone": address.phone,
                }
                for owner, address, kind in missing
            ]
        )
        return {
            (owner.id, _identity(values[address])): child
            for (owner, address, _kind), child in zip(missing, children, strict=True)
        }

    def _known_addresses(self, owner_ids):
        """Return {(owner id, identity): partner} of owners and their children."""
        known = {}
        partners = self.env["res.partner"].search_fetch(
            Domain("id", "in", owner_ids) | Domain("parent_id", "in", owner_ids),
            [*FIELDS, "state_id", "country_id", "parent_id"],
            order="id desc",
        )
        for partner in partners:
            values = {name: partner[name] for name in FIELDS}
            values["state_id"] = partner.state_id.id
            values["country_id"] = partner.country_id.id
            identity = _identity(values)
            if partner.id in owner_ids:
                known[partner.id, identity] = partner
            if partner.parent_id.id in owner_ids:
                known.setdefault((partner.parent_id.id, identity), partner)
        return known

    def _countries(self, codes):
        found = self.env["res.country"].search_fetch(
            [("code", "in", [code.upper() for code in codes])], ["code"]
        )
        return {country.code: country for country in found}

    def _states(self, addresses, countries):
        """Return {(country id, code or name): state} of the countries concerned."""
        wanted = {countries[a.country].id for a in addresses if a.country in countries}
        states = {}
        for state in self.env["res.country.state"].search_fetch(
            [("country_id", "in", list(wanted))], ["code", "name", "country_id"]
        ):
            # some of Odoo's codes carry the country: "DE-BE"
            code = state.code.removeprefix(f"{state.country_id.code}-")
            for key in (state.code, code, state.name):
                states[state.country_id.id, key.casefold()] = state.id
        return states

    def _values(self, address, countries, states):
        country = countries.get(address.country.upper())
        state = False
        if country:
            state = states.get((country.id, address.region.casefold())) or states.get(
                (country.id, address.region_name.casefold())
            )
        return {
            "name": _label(address),
            "street": address.street,
            "street2": address.street2,
            "zip": address.zip,
            "city": address.city,
            "state_id": state or False,
            "country_id": country.id if country else False,
        }


def _label(address):
    """Return company and person in one line.

    Odoo empties a child contact's company name, and a parcel needs it.
    """
    parts = dict.fromkeys(filter(None, (address.company, address.name)))
    return ", ".join(parts)


def _identity(values):
    """Return what makes two addresses the same to a person."""
    texts = tuple(" ".join((values[name] or "").split()).casefold() for name in FIELDS)
    return (*texts, values["state_id"] or 0, values["country_id"] or 0)
