# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..documents import Address
from ..exceptions import MappingError

ENTITY = "company_location"


class ImporterCompanyLocation(models.AbstractModel):
    """Branches: delivery addresses below the company, and where invoices go."""

    _name = "hub.importer.company.location"
    _inherit = "hub.importer.part"
    _description = "Importer of Branches"

    def _concerns(self, flow, task):
        return bool(task.document.locations)

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        terms = self._terms(backend, tasks)
        binder = backend.binder(ENTITY)
        rows = [
            (self.env["res.partner"].browse(task.res_id), place)
            for task in tasks
            for place in task.document.locations
        ]
        values = self._values_many(rows)
        by_key = {p.external_id: t for t in tasks for p in t.document.locations}
        places = self._write(binder, rows, values, terms, by_key)
        self._resolve_billing(rows)
        self._put_away(binder, tasks, places)
        for task in tasks:
            self._settle_company(backend, task, terms, values)

    # === BRANCHES ===#

    def _values_many(self, rows):
        """Return {remote id: partner values} of branches."""
        addresses = {place.external_id: _main(place) for _company, place in rows}
        found = self.env["hub.importer.address"].values_many(addresses.values())
        return {
            place.external_id: {
                **found[addresses[place.external_id]],
                "name": place.name,
                "type": "delivery",
                "ref": place.reference or False,
                "phone": place.phone or addresses[place.external_id].phone or False,
                "parent_id": company.id,
            }
            for company, place in rows
        }

    def _write(self, binder, rows, values, terms, tasks):
        """Create and change branches; return {remote id: partner}.

        :param tasks: {remote id of a branch: task of its company}
        """
        states = binder.states_many(values)
        for key, state in states.items():
            changes = self._changes(state.record, key, values[key], tasks[key])
            if changes:
                state.record.write(changes)
            binding = binder.model.sudo().browse(state.binding_id)
            binding.payment_term_id = terms.get(_term(rows, key))
        new = [key for key in values if key not in states]
        created = self.env["res.partner"].create([values[key] for key in new])
        binder.bind_many(
            [
                {
                    "external_id": key,
                    "odoo_id": child.id,
                    "payment_term_id": _id(terms.get(_term(rows, key))),
                }
                for key, child in zip(new, created, strict=True)
            ]
        )
        known = {key: state.record for key, state in states.items()}
        return {**known, **dict(zip(new, created, strict=True))}

    def _changes(self, place, key, values, task):
        """Return what of a branch's values is new, and the store's to say.

        A company without branches is its own: of that one only the address counts.
        """
        changes = {
            name: value
            for name, value in values.items()
            if (place._fields[name].convert_to_write(place[name], place) or False)
            != (value or False)
            and (name not in PATHS or task.may_write(f"locations[{key}].{PATHS[name]}"))
        }
        if place.id == task.res_id:
            said = (name for name in ADDRESS if any(values[each] for each in ADDRESS))
            changes = {name: changes[name] for name in said if name in changes}
        elif changes.get("ref") == place._hub_reference():
            # Odoo has none, and told them this one for it
            del changes["ref"]
        if task.returns and not place.active:
            changes["active"] = True
        return changes

    def _resolve_billing(self, rows):
        """Have a contact for every address invoices go to."""
        self.env["hub.importer.address"].resolve(
            [
                (company, place.billing, "invoice")
                for company, place in rows
                if place.billing and place.billing != place.shipping
            ]
        )

    def _put_away(self, binder, tasks, places):
        """Archive branches that are there no more; the company itself stays."""
        companies = [task.res_id for task in tasks]
        gone = binder.model.sudo().search(
            [
                ("backend_id", "=", binder.backend_record.id),
                "|",
                ("odoo_id", "in", companies),
                ("odoo_id.parent_id", "in", companies),
                ("external_id", "not in", list(places)),
            ]
        )
        gone = self._left_out(tasks, gone)
        contacts = gone.odoo_id.with_env(self.env)
        gone.unlink()
        contacts = contacts.filtered(lambda place: place.active and place.parent_id)
        contacts.write({"active": False})

    # === COMPANY ===#

    def _settle_company(self, backend, task, terms, values):
        """Give the company what all its branches have in common."""
        company = self.env["res.partner"].browse(task.res_id)
        places, changes = task.document.locations, {}
        agreed = {place.payment_terms for place in places}
        term = terms.get(next(iter(agreed))) if len(agreed) == 1 else None
        if term and company.property_payment_term_id != term:
            changes["property_payment_term_id"] = term.id
        exempt = backend.exempt_position_id
        if exempt and all(place.tax_exempt for place in places):
            if company.property_account_position_id != exempt:
                changes["property_account_position_id"] = exempt.id
        if not (company.street or company.city or company.zip):
            first = values[places[0].external_id]
            changes.update((name, first[name]) for name in ADDRESS if first[name])
        if changes:
            company.write(changes)
        unknown = sorted(agreed - terms.keys() - {""})
        if unknown:
            task.error = self._unmapped(backend, unknown[0])

    def _terms(self, backend, tasks):
        """Return {remote name: payment term, or None when ignored}.

        Terms that only count days are found by them, and proposed for confirmation.
        """
        wanted = {
            place.payment_terms: place.due_days
            for task in tasks
            for place in task.document.locations
            if place.payment_terms
        }
        if not wanted:
            return {}
        mappings = self.env["hub.mapping"].sudo()
        known = mappings.lookup(backend, "payment_term")
        missing = {name: wanted[name] for name in wanted.keys() - known.keys()}
        if missing:
            by_days = self._terms_by_days(backend) if any(missing.values()) else {}
            rows = [
                {
                    "kind": "payment_term",
                    "remote_value": name,
                    "payment_term_id": by_days.get(days, False),
                }
                for name, days in sorted(missing.items())
            ]
            mappings.propose(backend, rows)
            known = mappings.lookup(backend, "payment_term")
        return known

    def _terms_by_days(self, backend):
        """Return {days: id} of terms that want everything so long after the invoice."""
        found = {}
        for term in self.env["account.payment.term"].search(
            [("company_id", "in", [False, backend.company_id.id])], order="id desc"
        ):
            line = term.line_ids
            if len(line) == 1 and line.delay_type == "days_after":
                found[line.nb_days] = term.id
        return found

    def _unmapped(self, backend, name):
        return MappingError(
            self.env._('No payment terms of Odoo stand for "%s".', name),
            remedy=self.env._(
                "Choose them in the mappings of %s, then retry.", backend.name
            ),
            title=self.env._('Payment terms without counterpart: "%s"', name),
            kind="payment_term",
            field="payment_terms",
            value=name,
        )


ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
#: partner field: where it stands in a branch of the document
PATHS = {
    "name": "name",
    "ref": "reference",
    "phone": "phone",
    "street": "shipping.street",
    "street2": "shipping.street2",
    "zip": "shipping.zip",
    "city": "shipping.city",
    "state_id": "shipping.region",
    "country_id": "shipping.country",
}


def _main(place):
    """Return where a branch is: where goods go, or else where invoices go."""
    return place.shipping or place.billing or Address()


def _id(record):
    return record.id if record else False


def _term(rows, key):
    return next(place.payment_terms for _c, place in rows if place.external_id == key)
