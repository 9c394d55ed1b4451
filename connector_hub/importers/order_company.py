# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..documents import Company

COMPANY, LOCATION = "company", "company_location"


class ImporterOrder(models.AbstractModel):
    """Orders that a person places for a company: the company's, by that person.

    Their addresses stand below the company, and the branch decides when they are paid.
    """

    _inherit = "hub.importer.order"

    @api.private
    def shared_keys(self, backend, tasks):
        keys = super().shared_keys(backend, tasks)
        ids = {
            task.document.customer.company.external_id
            for task in tasks
            if task.is_open and self._company_of(backend, task)
        }
        if ids:
            keys |= self.env["hub.importer.company"].keys_of(backend, sorted(ids))
        return keys

    def _company_of(self, backend, task):
        company = task.document.customer.company
        return company if company and COMPANY in backend._binding_models() else None

    def _owners(self, backend, tasks, existing):
        owners = super()._owners(backend, tasks, existing)
        bought = [t for t in tasks if t.is_open and self._company_of(backend, t)]
        if not bought:
            return owners
        companies = self.env["hub.importer.company"].resolve(
            backend,
            [
                Company(
                    external_id=task.document.customer.company.external_id,
                    version=task.document.version,
                    name=task.document.customer.company.name,
                )
                for task in bought
            ],
        )
        joining = []
        for task in bought:
            company = companies[task.document.customer.company.external_id]
            person = owners[task.external_id]
            joining.append((company, person))
            task.expected["person"] = person
            owners[task.external_id] = company
        self.env["hub.importer.company.contact"].join(joining)
        return owners

    def _partners(self, backend, tasks, existing):
        found = super()._partners(backend, tasks, existing)
        bought = [t for t in tasks if t.is_open and t.expected.get("person")]
        terms = self._branch_terms(backend, bought)
        for task in bought:
            values, person = found[task.external_id], task.expected["person"]
            company = self.env["res.partner"].browse(values["partner_id"])
            if person.commercial_partner_id == company.commercial_partner_id:
                values["partner_id"] = person.id
            term = terms.get(task.document.customer.company.location_id)
            if term:
                values["payment_term_id"] = term.id
        return found

    def _branch_terms(self, backend, tasks):
        """Return {remote id of a branch: its payment terms}."""
        ids = {task.document.customer.company.location_id for task in tasks} - {""}
        if not ids:
            return {}
        branches = backend.binder(LOCATION).model.sudo()
        found = branches.search(
            [("backend_id", "=", backend.id), ("external_id", "in", list(ids))]
        )
        return {branch.external_id: branch.payment_term_id for branch in found}
