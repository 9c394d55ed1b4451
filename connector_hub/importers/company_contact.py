# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import HubError

ENTITY = "company_contact"


class ImporterCompanyContact(models.AbstractModel):
    """People who buy for a company: its contact persons, and customers as any other."""

    _name = "hub.importer.company.contact"
    _inherit = "hub.importer.part"
    _description = "Importer of Contact Persons"

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        rows = [(task, contact) for task in tasks for contact in task.document.contacts]
        rows = [row for row in rows if row[1].customer and row[1].customer.label]
        people = self.env["hub.importer.customer"].resolve(
            backend, [contact.customer for _task, contact in rows]
        )
        fresh, joining, listed = [], [], set()
        binder = backend.binder(ENTITY)
        states = binder.states_many(contact.external_id for _task, contact in rows)
        for (task, contact), person in zip(rows, people, strict=True):
            listed.add(contact.external_id)
            if isinstance(person, HubError):
                task.error = task.error or person
                continue
            joining.append((self.env["res.partner"].browse(task.res_id), person))
            path = f"contacts[{contact.external_id}].title"
            if (
                contact.title
                and person.function != contact.title
                and task.may_write(path)
            ):
                person.function = contact.title
            if contact.external_id not in states:
                fresh.append({"external_id": contact.external_id, "odoo_id": person.id})
        self.join(joining)
        binder.bind_many(fresh)
        self._let_go(binder, tasks, listed)

    @api.private
    def join(self, pairs):
        """Make people contact persons of a company, unless they are somebody else's.

        Who can log in is not moved from outside: it changes what they may see. Odoo
        gives a contact person the company's address: orders keep the one they show.

        :param pairs: list of (company, person)
        """
        free = [
            (company, person)
            for company, person in pairs
            if not (person.parent_id or person.is_company or person == company)
            and not person.sudo().with_context(active_test=False).user_ids
        ]
        people = self.env["res.partner"].union(*(person for _company, person in free))
        self.env["hub.importer.customer.move"].keep_agreed(people)
        for company, person in free:
            person.parent_id = company

    def _let_go(self, binder, tasks, listed):
        """Take people out of a company they do not buy for any more."""
        gone = binder.model.sudo().search(
            [
                ("backend_id", "=", binder.backend_record.id),
                ("odoo_id.parent_id", "in", [task.res_id for task in tasks]),
                ("external_id", "not in", list(listed)),
            ]
        )
        gone = self._left_out(tasks, gone)
        people = gone.odoo_id.with_env(self.env)
        gone.unlink()
        people.parent_id = False
