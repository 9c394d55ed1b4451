# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import BusinessRuleError, Deleted


class ImporterBase(models.AbstractModel):
    """Remote records that are gone: deleted, or merged into another one.

    No Odoo record is ever deleted for it. What is archived comes back with its remote
    record.
    """

    _inherit = "hub.importer.base"

    @api.private
    def depart(self, flow, tasks, policy=None):
        """Do what the flow wants done with records that are gone, and settle tasks.

        :param policy: "archive", "unlink", "restore" or "ask"; None: the flow's
        """
        importer = self.with_context(
            hub_deletion=policy or flow.deletion_policy, hub_deletion_asked=bool(policy)
        )
        importer._isolate(flow, tasks, "_apply_departure")

    def _apply_departure(self, flow, tasks):
        binder = flow.backend_id.with_env(self.env).binder(self._document())
        wanted = {key for t in tasks for key in (t.external_id, t.survivor) if key}
        states = binder.states_many(wanted)
        gone = []
        for task in tasks:
            state = states.get(task.external_id)
            if task.survivor:
                self._follow(flow, binder, task, state, states.get(task.survivor))
            elif state:
                gone.append((task, state))
            elif task.operation == "change" and not isinstance(task.missing, Deleted):
                task.error = task.missing
            else:
                task.settle("skipped")
        if gone:
            policy = self.env.context["hub_deletion"]
            getattr(self, f"_depart_{policy}")(flow, binder, gone)

    # === POLICIES ===#

    def _depart_archive(self, flow, binder, gone):
        """Archive what nothing else stands for: there, or in another system."""
        shared = self._shared(binder, gone)
        archived = []
        for task, state in gone:
            if "active" not in state.record._fields:
                task.error = self._deleted_there(flow, task, state.record)
            else:
                archived.append((task, state))
        records = self._records(
            binder, (s for _task, s in archived if s.record.id not in shared)
        )
        if records and not self.env.context["hub_deletion_asked"]:
            kept = self.in_use_elsewhere(flow.backend_id, records)
            records = records.filtered(lambda record: record.id not in kept)
        if records:
            records.filtered("active").write({"active": False})
        self._note_gone(binder, archived)

    def _depart_unlink(self, flow, binder, gone):
        """Forget the link; the Odoo record stays as it is."""
        records = self._records(binder, (state for _task, state in gone))
        shared = self._shared(binder, gone)
        alone = records.filtered(lambda record: record.id not in shared)
        self._links_below(flow.backend_id.with_env(self.env), alone).unlink()
        bindings = [state.binding_id for _task, state in gone]
        binder.model.sudo().browse(bindings).unlink()
        self.env["hub.snapshot"].forget(
            flow.backend_id, flow.document, [task.external_id for task, _state in gone]
        )
        for task, state in gone:
            task.settle("done", state.record)

    def _depart_restore(self, flow, binder, gone):
        """Send it again, as a new remote record, where there is a flow for it."""
        twin = flow._twin()
        if not twin:
            return self._depart_ask(flow, binder, gone)
        records = self._records(binder, (state for _task, state in gone))
        self._links_below(flow.backend_id.with_env(self.env), records).unlink()
        self._note_gone(binder, gone)
        self.env["hub.snapshot"].forget(
            flow.backend_id, flow.document, [task.external_id for task, _state in gone]
        )
        return self.env["hub.dirty"].mark_for(twin, records)

    def _depart_ask(self, flow, binder, gone):
        """Leave it to a person."""
        for task, state in gone:
            task.error = self._deleted_there(flow, task, state.record)

    # === PARTS ===#

    def _revive(self, flow, tasks):
        """Bring back what was archived because its remote record was gone."""
        if not tasks:
            return
        binder = flow.backend_id.with_env(self.env).binder(self._document())
        states = binder.states_many(task.external_id for task in tasks).values()
        kept = (state for state in states if "active" in state.record._fields)
        records = self._records(binder, kept)
        if records:
            records.filtered(lambda record: not record.active).write({"active": True})
        bindings = [state.binding_id for state in states]
        binder.model.sudo().browse(bindings).write({"deleted_at": False})

    @api.private
    def _links_below(self, backend, records):
        """Hook: return links of what belongs to records, such as their variants."""
        return backend.binder(self._document()).model.sudo().browse()

    def _records(self, binder, states):
        model = binder.model._fields["odoo_id"].comodel_name
        ids = dict.fromkeys(state.record.id for state in states)
        return self.env[model].browse(ids)

    def _shared(self, binder, gone):
        """Return ids of records for which something else is still there."""
        others = binder.model.sudo().search_fetch(
            [
                ("backend_id", "=", binder.backend_record.id),
                ("odoo_id", "in", [state.record.id for _task, state in gone]),
                ("id", "not in", [state.binding_id for _task, state in gone]),
                ("deleted_at", "=", False),
            ],
            ["odoo_id"],
        )
        return set(others.odoo_id.ids)

    def _note_gone(self, binder, gone):
        bindings = [state.binding_id for _task, state in gone]
        binder.model.sudo().browse(bindings).write({"deleted_at": self.env.cr.now()})
        for task, state in gone:
            task.settle("done", state.record)

    def _deleted_there(self, flow, task, record):
        return BusinessRuleError(
            self.env._(
                "%(record)s is not found any more in %(backend)s: it was deleted, or"
                " the connection may not see it.",
                record=record.display_name,
                backend=flow.backend_id.name,
            ),
            title=self.env._(
                "%(flow)s: records are not found any more in %(backend)s.",
                flow=flow.name,
                backend=flow.backend_id.name,
            ),
            remedy=self.env._(
                "Decide what becomes of them in Odoo: archive them, only forget the"
                " link, or send them again. Documents such as orders are cancelled in"
                " Odoo itself. Skip the message when everything may stay as it is."
            ),
            code="deleted_there",
        )
