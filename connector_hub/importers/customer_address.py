# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

ENTITY = "address"


class ImporterCustomerAddress(models.AbstractModel):
    """The address book of a customer: contacts below the customer's own one.

    The default address is the contact's own, so its link leads to the contact itself.
    An entry that is deleted there archives the contact here, as orders may show it.
    """

    _name = "hub.importer.customer.address"
    _inherit = "hub.importer.part"
    _description = "Importer of Address Books"

    def _concerns(self, flow, task):
        return (
            ENTITY in flow.backend_id._binding_models()
            and "addresses" in task.document.model_fields_set
        )

    def _apply(self, flow, tasks):
        binder = flow.backend_id.with_env(self.env).binder(ENTITY)
        tasks = self._without_users(tasks)
        rows = [
            (task, self.env["res.partner"].browse(task.res_id), entry)
            for task in tasks
            for entry in task.document.addresses
            if entry.external_id and not entry.plain.is_empty
        ]
        states = binder.states_many(entry.external_id for _t, _o, entry in rows)
        places = self._places(rows, states)
        self._point(binder, rows, states, places)
        self._overwrite(rows, places)
        self._put_away(binder, self._alone(flow, tasks))

    def _alone(self, flow, tasks):
        """Leave out contacts that several customers there stand for.

        What the book of one does not list may be in the book of another.
        """
        partners = self.env["res.partner"].browse({task.res_id for task in tasks})
        backend = flow.backend_id.with_env(self.env)
        linked = backend.binder("customer").to_external_many(partners)
        return [task for task in tasks if len(linked.get(task.res_id, ())) < 2]

    def _without_users(self, tasks):
        """Leave out who can log in: they are not changed from outside."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        partners = partners.browse({task.res_id for task in tasks})
        users = set(partners.filtered("user_ids").ids)
        return [task for task in tasks if task.res_id not in users]

    def _places(self, rows, states):
        """Return {remote id: partner}, creating the contacts that are missing."""
        places, wanted = {}, []
        used = self._used([state.record.id for state in states.values()])
        for _task, owner, entry in rows:
            state = states.get(entry.external_id)
            if entry.is_default:
                places[entry.external_id] = owner
            elif (
                state
                and state.record.parent_id == owner
                and state.record.id not in used
            ):
                places[entry.external_id] = state.record
            else:
                wanted.append((owner, entry))
        found = self.env["hub.importer.address"].resolve(
            [(owner, entry.plain, "other") for owner, entry in wanted]
        )
        for owner, entry in wanted:
            places[entry.external_id] = found[owner.id, entry.plain]
        return places

    def _used(self, ids):
        """Return the ids of contacts that orders show: what was agreed stays."""
        fields = ("partner_invoice_id", "partner_shipping_id")
        orders = self.env["sale.order"].sudo()
        return {
            partner.id
            for field in fields
            for (partner,) in orders._read_group([(field, "in", ids)], [field])
        }

    def _point(self, binder, rows, states, places):
        """Link what is new, and what stands in another place now."""
        fresh = []
        for _task, _owner, entry in rows:
            state, place = states.get(entry.external_id), places[entry.external_id]
            if not state:
                fresh.append({"external_id": entry.external_id, "odoo_id": place.id})
            elif state.record != place:
                binding = binder.model.sudo().browse(state.binding_id)
                binding.write({"odoo_id": place.id, "deleted_at": False})
        binder.bind_many(fresh)

    def _overwrite(self, rows, places):
        """Take over what was changed in entries that have a contact of their own."""
        entries = [
            (task, owner, entry)
            for task, owner, entry in rows
            if places[entry.external_id] != owner and self._is_taken(task, entry)
        ]
        values = self.env["hub.importer.address"].values_many(
            entry.plain for _task, _owner, entry in entries
        )
        for _task, _owner, entry in entries:
            child = places[entry.external_id]
            wanted = {**values[entry.plain], "phone": entry.phone}
            wanted["name"] = wanted["name"] or child.name
            changes = {
                name: value
                for name, value in wanted.items()
                if (child._fields[name].convert_to_write(child[name], child) or False)
                != (value or False)
            }
            if not child.active:
                changes["active"] = True
            if changes:
                child.write(changes)

    def _is_taken(self, task, entry):
        """Return whether the remote's state of an entry goes into Odoo."""
        if task.decision is None:
            return True
        prefix = f"addresses[{entry.external_id}]."
        return not any(path.startswith(prefix) for path in task.decision.keep)

    def _put_away(self, binder, tasks):
        """Archive contacts whose entry is not in the book any more."""
        listed = {e.external_id for task in tasks for e in task.document.addresses}
        partners = self.env["res.partner"].browse({task.res_id for task in tasks})
        children = partners.with_context(active_test=False).search(
            [("parent_id", "in", partners.ids)]
        )
        gone = binder.model.sudo().search(
            [
                ("backend_id", "=", binder.backend_record.id),
                ("odoo_id", "in", [*partners.ids, *children.ids]),
                ("external_id", "not in", list(listed)),
            ]
        )
        contacts = gone.odoo_id.with_env(self.env) - partners
        contacts -= self.env["res.partner"].browse(
            binder.model.sudo()
            .search([("odoo_id", "in", contacts.ids), ("id", "not in", gone.ids)])
            .odoo_id.ids
        )
        gone.unlink()
        contacts.filtered("active").write({"active": False})
