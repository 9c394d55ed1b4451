# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timezone

from odoo import models

from ..documents import DOCUMENTS, flat, merge, renderings, version_key
from ..documents.merge import ODOO, REMOTE, RENDERED, same
from ..exceptions import Disagreement

#: what an outbound flow notes in a snapshot of a record that was put away there
GONE = "#gone"


class ImporterBase(models.AbstractModel):
    """Which fields of a document may be written, decided before anything is.

    Costs no statement for flows that take everything as the remote says it. Otherwise
    one reading of the snapshots and one of the Odoo records per batch, and the same to
    remember what both sides say in the end.
    """

    _inherit = "hub.importer.base"

    #: documents whose records are also changed in Odoo, field by field
    _two_way = False

    def _decide(self, flow, tasks):
        """Compare base, remote and Odoo; fill ``task.decision`` where it matters."""
        ownership = flow._ownership() if self._two_way else None
        if not tasks or ownership is None or ownership.is_plain:
            return
        for task in tasks:
            task.says = flat(task.document, only_set=True)
        records, odoo, choices = {}, {}, {}
        if ownership.compares:
            self._read_bases(flow, tasks)
            binder = flow.backend_id.with_env(self.env).binder(self._document())
            records = binder.to_internal_many(task.external_id for task in tasks)
            odoo = self._odoo_says(flow, records)
        if ownership.asks:
            choices = self.env["hub.conflict"].sudo().choices(flow, list(records))
        for task in tasks:
            key = task.external_id
            task.decision = merge(
                task.base,
                task.says,
                odoo.get(key),
                ownership,
                self._newer(task, records.get(key)),
                choices.get(key),
            )
            if task.decision.conflicts:
                # or the same content would pass for settled when it comes again
                task.content_hash = ""

    def _remember(self, flow, tasks):
        """Note what the remote says, and what Odoo made of it; file the conflicts.

        What waits for a person stays as it was known, or the next comparison would
        take the difference for a change made in Odoo alone.
        """
        done = [task for task in tasks if task.decision and task.state == "done"]
        if done and flow._ownership().compares:
            self._store_snapshots(flow, done)
            self._tell_again(flow, done)
        waiting = [task for task in done if task.decision.conflicts]
        if waiting or any(task.decision or task.exception_id for task in tasks):
            self.env["hub.conflict"].sudo().file(flow, tasks)
        for task in waiting:
            task.error = self._disagreement(flow, task)

    def _read_bases(self, flow, tasks):
        known = self.env["hub.snapshot"].read_many(
            flow.backend_id, flow.document, [task.external_id for task in tasks]
        )
        for task in tasks:
            task.base = known.get(task.external_id)
        self._expect_echoes(flow, tasks)

    def _expect_echoes(self, flow, tasks):
        """Take for known what the remote is just being told, where it says the same.

        Or the notification of our own change would look like theirs, and undo what was
        changed in Odoo since.
        """
        sent = self.env["hub.attempt"].sent_to(
            flow.backend_id, flow.document, [task.external_id for task in tasks]
        )
        for task in tasks:
            echo = {
                path: value
                for path, value in sent.get(task.external_id, {}).items()
                if path in task.says and same(value, task.says[path])
            }
            if echo:
                task.base = {**(task.base or {}), **echo}

    def _odoo_says(self, flow, records):
        """Return {external id: flat document} of what Odoo says of linked records."""
        name = f"hub.exporter.{flow.document}"
        if not records or name not in self.env:
            return {}
        ids = list({record.id for record in records.values()})
        documents = self.env[name].to_documents(flow._twin() or flow, ids)
        return {
            external_id: flat(documents[record.id], only_set=True)
            for external_id, record in records.items()
            if isinstance(documents.get(record.id), DOCUMENTS[flow.document])
        }

    def _newer(self, task, record):
        """Return the side that was changed last.

        Odoo knows when a record was written, not when one of its fields was: another
        field changed later makes all of Odoo's side look newer.
        """
        if not record or not record.write_date:
            return REMOTE
        return ODOO if version_key(_aware(record.write_date)) > task.version else REMOTE

    def _store_snapshots(self, flow, tasks):
        records = {
            task.external_id: self.env[task.res_model].browse(task.res_id)
            for task in tasks
            if task.decision.take
        }
        odoo = self._odoo_says(flow, records)
        self.env["hub.snapshot"].store_many(
            flow.backend_id,
            flow.document,
            {t.external_id: _state(t, odoo.get(t.external_id, {})) for t in tasks},
        )

    def _tell_again(self, flow, tasks):
        """Have Odoo's value sent where the remote changed what it may not, or lost."""
        twin = flow._twin()
        for task in tasks:
            if twin and task.decision.repairs:
                record = self.env[task.res_model].browse(task.res_id)
                self.env["hub.dirty"].mark_for(twin, record)

    def _disagreement(self, flow, task):
        labels = [self.env["hub.conflict"].label_of(p) for p in task.decision.conflicts]
        return Disagreement(
            self.env._(
                "%(record)s was changed here and in %(backend)s: %(fields)s.",
                record=task.name or task.external_id,
                backend=flow.backend_id.name,
                fields=", ".join(sorted(labels)),
            ),
            title=self.env._(
                "%(flow)s: records were changed both in Odoo and in %(backend)s.",
                flow=flow.name,
                backend=flow.backend_id.name,
            ),
            remedy=self.env._(
                "Choose for each field whose value counts, then apply. All other"
                " changes were taken over already."
            ),
            code="two_values",
        )


def _state(task, odoo):
    """Return what the snapshot of a task's record says from now on."""
    base, decision = task.base or {}, task.decision
    rendered = renderings(decision.take, task.says, odoo)
    outdated = {RENDERED + path for path in decision.take} & base.keys()
    return {
        **{p: text for p, text in task.says.items() if p not in decision.conflicts},
        **dict.fromkeys(outdated),
        **({GONE: None} if base.get(GONE) else {}),
        **rendered,
    }


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)
