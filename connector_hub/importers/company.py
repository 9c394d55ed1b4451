# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

from ..exceptions import InvalidData

ENTITY = "company"


class ImporterCompany(models.AbstractModel):
    """Companies to company contacts: by link, then by number or tax id, else new ones.

    Branches, people and terms of payment follow as parts.
    """

    _name = "hub.importer.company"
    _inherit = "hub.importer.base"
    _description = "Importer of Companies"
    _two_way = True
    _parts_of_ours = True

    def _parts(self):
        return ("hub.importer.company.location", "hub.importer.company.contact")

    @api.private
    def shared_keys(self, backend, tasks):
        companies = [task.document for task in tasks if task.is_open]
        people = [
            p.customer for company in companies for p in company.contacts if p.customer
        ]
        keys = self.env["hub.importer.customer"].keys_of(backend, people)
        return keys | self.keys_of(backend, [c.external_id for c in companies])

    @api.private
    def keys_of(self, backend, external_ids):
        """Return lock keys of the companies that are not linked yet."""
        bound = backend.binder(ENTITY).states_many(external_ids)
        return {f"company:{key}" for key in external_ids if key not in bound}

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        good = []
        for task in tasks:
            task.error = self._objection(task.document)
            if not task.error:
                good.append(task)
        linked = backend.binder(ENTITY).to_internal_many(t.external_id for t in good)
        partners = self.resolve(backend, [task.document for task in good])
        for task in good:
            partner = partners[task.external_id]
            if task.external_id in linked:
                self._update(task, partner)
            task.settle("done", partner)
        pairs = [(task, partners[task.external_id], {}) for task in good]
        self._bind(backend, ENTITY, pairs)

    def _objection(self, company):
        if company.name:
            return None
        return InvalidData(
            self.env._("Company %s has no name.", company.external_id),
            remedy=self.env._("Name the company in the store, then retry."),
            title=self.env._("Companies have no name."),
            code="no_identity",
            field="name",
        )

    @api.private
    def resolve(self, backend, companies):
        """Return {external id: partner}, creating and linking what is missing."""
        binder = backend.binder(ENTITY)
        found = binder.to_internal_many(company.external_id for company in companies)
        rest = {c.external_id: c for c in companies if c.external_id not in found}
        matched = self._match(backend, rest.values())
        missing = [c for key, c in rest.items() if key not in matched]
        created = self.env["res.partner"].create(
            [self._hub_values_company(c, self._values(c)) for c in missing]
        )
        new = zip((c.external_id for c in missing), created, strict=True)
        matched.update(new)
        binder.bind_many(
            [
                {"external_id": key, "odoo_id": partner.id}
                for key, partner in matched.items()
            ]
        )
        return {**found, **matched}

    @api.private
    def _hub_values_company(self, company, values):
        """Hook: change the values of a new company."""
        return values

    def _values(self, company):
        return {
            "is_company": True,
            "name": company.name,
            "ref": company.reference or False,
            "vat": company.tax_id or False,
            "comment": company.note or False,
        }

    def _update(self, task, partner):
        """Take over what the store says and may say; what it leaves empty stays."""
        company = task.document
        said = self._values(company)
        if company.reference == partner._hub_reference():
            # Odoo has none, and told them this one for it
            del said["ref"]
        changes = {
            name: value
            for name, value in said.items()
            if value
            and self._may_write(task, name)
            and value
            != (partner._fields[name].convert_to_write(partner[name], partner) or False)
        }
        # a note is kept as rich text here: compared as it is, it always differs
        if not task.may_write("note"):
            changes.pop("comment", None)
        elif not partner.comment or company.note not in str(partner.comment):
            changes.update({"comment": company.note} if company.note else {})
        else:
            changes.pop("comment", None)
        if changes:
            partner.write(changes)

    def _may_write(self, task, name):
        """Return whether the store's value of a field goes into Odoo."""
        if name == "vat":
            return any(
                task.may_write(f"locations[{place.external_id}].tax_id")
                for place in task.document.locations
            )
        return name == "is_company" or task.may_write(PATHS.get(name, name))

    def _match(self, backend, companies):
        """Return {external id: partner} of those whom a number tells from all others.

        Two of Odoo's companies with one number are nobody's match: a new one is made,
        and people merge them.
        """
        companies = list(companies)
        numbers = {
            field: {value(c) for c in companies} - {""} for field, value in KEYS.items()
        }
        keys = Domain.OR(
            [Domain(name, "in", list(values)) for name, values in numbers.items()]
        )
        if not any(numbers.values()):
            return {}
        candidates = self.env["res.partner"].search(
            keys
            & Domain("is_company", "=", True)
            & Domain("parent_id", "=", False)
            & Domain("company_id", "in", [False, backend.company_id.id])
        )
        taken = backend.binder(ENTITY).to_external_many(candidates)
        found = {}
        for company in companies:
            for field, value in KEYS.items():
                key = value(company)
                hits = candidates.filtered(lambda p, f=field, k=key: k and p[f] == k)
                if len(hits) == 1 and hits.id not in taken:
                    found[company.external_id] = hits
                    taken[hits.id] = [company.external_id]
                    break
        return found

    @api.private
    def _links_below(self, backend, records):
        """Return the links of branches and people of companies."""
        links = backend.binder("company_location").model.sudo()
        return links.search(
            [
                ("backend_id", "=", backend.id),
                ("odoo_id.parent_id", "in", records.ids),
            ]
        )


#: partner field: what it is called in the document
PATHS = {"ref": "reference", "comment": "note"}
#: partner field: what of a company is compared with it
KEYS = {
    "ref": lambda company: company.reference,
    "vat": lambda company: company.tax_id,
}
