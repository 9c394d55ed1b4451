# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.batch import batch_of


class Base(models.AbstractModel):
    """Whether links stay within a company is asked for all records of a batch at once.

    Odoo asks for each link of each record. The answer for all of them is the same; only
    when it is no does Odoo have to find out which one it is.
    """

    _inherit = "base"

    def _check_company(self, fnames=None):
        batch = batch_of(self.env.cr)
        if batch and len(self) > 1 and self._hub_fit_companies(fnames):
            return None
        return super()._check_company(fnames)

    def _hub_fit_companies(self, fnames):
        """Return whether all links fit; False also where that is not easily told."""
        if self._name == "res.company" or "company_id" not in self._fields:
            return False
        if fnames is None or {"company_id", "company_ids"} & set(fnames):
            fnames = self._fields
        checked = [
            field
            for field in map(self._fields.__getitem__, fnames)
            if field.relational and field.check_company
        ]
        return all(
            _fits(records.sudo()[field.name], self._hub_owner(field, company))
            for company, records in (
                checked and self.grouped("company_id") or {}
            ).items()
            for field in checked
        )

    def _hub_owner(self, field, company):
        return self.env.company if field.company_dependent else company


def _fits(linked, company):
    if not linked:
        return True
    domain = linked._check_company_domain(company)
    if not domain:
        return True
    return linked == linked.with_context(active_test=False).filtered_domain(domain)
