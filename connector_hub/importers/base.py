# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import logging
from contextlib import contextmanager

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..cursor import read_committed
from ..exceptions import BusinessRuleError, HubError

_logger = logging.getLogger(__name__)

BUCKETS = 1024


class ImporterBase(models.AbstractModel):
    """Documents in, Odoo records out; always a whole list at a time.

    Subclasses write :meth:`_apply`. It sees only tasks whose content is new, may set
    ``task.error`` for single ones before its first write, and may raise: the batch is
    then repeated in smaller parts until the culprit stands alone.
    """

    _name = "hub.importer.base"
    _description = "Importer"

    #: whether Odoo adds parts with ids of their own to records that are there
    _parts_of_ours = False

    # === ENTRY ===#

    @api.private
    def run(self, flow, tasks):
        """Bring documents into Odoo and settle their tasks.

        :param flow: the flow, which carries the policies
        :param tasks: open tasks with a document
        """
        self.depart(flow, [task for task in tasks if task.is_open and task.is_gone])
        changed = self._skip_known(flow, [task for task in tasks if task.is_open])
        changed = self.env["hub.importer.match"].leave_out(flow, changed)
        self._decide(flow, changed)
        unreviewed = self.env["hub.checkpoint"].before(flow, changed)
        self._isolate(flow, changed)
        self._follow_up(flow, changed)
        self._remember(flow, changed)
        self.env["hub.checkpoint"].after(flow, changed, unreviewed)

    @api.private
    def shared_keys(self, backend, tasks):
        """Return names of records other lanes might create at the same moment."""
        return set()

    @contextmanager
    @api.private
    def locked(self, keys):
        """Hold an advisory lock per key, in a transaction of its own.

        Taken in sorted order, so that two workers never wait for each other.
        """
        numbers = sorted({_lock_number(key) for key in keys})
        if not numbers:
            yield
            return
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL(
                    "SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n",
                    numbers,
                )
            )
            yield

    # === STEPS ===#

    def _parts(self):
        """Return the models that follow up the records of a batch, in their order."""
        return ()

    def _follow_up(self, flow, tasks):
        """Bring in what depends on the record, each part by itself.

        What goes wrong here leaves the record in place: the message fails, and trying
        it again repeats the parts.
        """
        done = [task for task in tasks if task.state == "done" and not task.is_gone]
        for name in self._parts() if done else ():
            self.env[name].follow_up(flow, done)
        failed = [task for task in done if task.error]
        for task in failed:
            task.state = ""
        self._forget_content(flow, failed)

    def _forget_content(self, flow, tasks):
        """Have the same content be applied again."""
        if tasks:
            binder = flow.backend_id.with_env(self.env).binder(self._document())
            ids = [task.external_id for task in tasks]
            bindings = binder.model.sudo().search(
                [("backend_id", "=", flow.backend_id.id), ("external_id", "in", ids)]
            )
            bindings.content_hash = False

    def _apply(self, flow, tasks):
        """Write the documents of ``tasks`` and settle each task."""
        raise NotImplementedError

    def _document(self):
        return self._name.rsplit(".", 1)[1]

    def _skip_known(self, flow, tasks):
        """Settle what is older than, or the same as, what Odoo has already."""
        if flow._has_events():
            return tasks
        binder = flow.backend_id.with_env(self.env).binder(self._document())
        known = binder.states_many(task.external_id for task in tasks)
        rest, touched = [], []
        for task in tasks:
            state = known.get(task.external_id)
            task.returns = bool(state and state.deleted)
            if not state or task.forced:
                rest.append(task)
            elif task.version < state.version:
                task.settle("superseded", state.record)
            elif task.returns:
                rest.append(task)
            elif task.content_hash and task.content_hash == state.content_hash:
                task.settle("unchanged", state.record)
                if task.version > state.version:
                    touched.append((state.binding_id, task.version))
            else:
                rest.append(task)
        self._note_versions(binder.model, touched)
        return rest

    def _note_versions(self, bindings, rows):
        """Remember newer versions of unchanged content, in one statement."""
        if not rows:
            return
        ids, versions = zip(*rows, strict=True)
        self.env.cr.execute(
            SQL(
                "UPDATE %s b SET version = n.version"
                " FROM unnest(%s, %s) AS n(id, version) WHERE b.id = n.id",
                SQL.identifier(bindings._table),
                list(ids),
                list(versions),
            )
        )

    def _isolate(self, flow, tasks, step="_apply"):
        """Apply together; if that fails in two halves, and then one by one."""
        if not tasks:
            return
        failure = self._attempt(flow, tasks, step)
        if not failure:
            return
        if len(tasks) == 1:
            self._reopen(tasks[0])
            tasks[0].error = failure
            return
        middle = (len(tasks) + 1) // 2
        for half in (tasks[:middle], tasks[middle:]):
            if len(half) == 1 or self._attempt(flow, half, step):
                for task in half:
                    self._isolate(flow, [task], step)

    def _attempt(self, flow, tasks, step):
        """Apply in a savepoint.

        :return: None, or the error that undid it
        """
        for task in tasks:
            self._reopen(task)
        try:
            with self.env.cr.savepoint():
                self._revive(flow, [task for task in tasks if task.returns])
                getattr(self, step)(flow, tasks)
                self.env.flush_all()
        except (psycopg2.OperationalError, psycopg2.errors.UniqueViolation) as error:
            is_unique = isinstance(error, psycopg2.errors.UniqueViolation)
            if not (is_unique and self.env.context.get("hub_isolate_unique")):
                # a lost race: the whole transaction starts again with a new snapshot
                raise
            return self._after_rollback(self._not_unique(error))
        except HubError as error:
            return self._after_rollback(error)
        except (UserError, AccessError) as error:
            return self._after_rollback(
                BusinessRuleError(str(error), code=type(error).__name__)
            )
        except Exception as error:
            _logger.warning("A batch of %s failed", self._name, exc_info=True)
            return self._after_rollback(
                HubError(
                    f"{type(error).__name__}: {error}",
                    remedy=self.env._("This is a defect; see the server log."),
                    code=type(error).__name__,
                )
            )
        return None

    def _reopen(self, task):
        """Forget what a step that was undone made of a task."""
        task.reopen()

    def _not_unique(self, error):
        detail = error.diag.message_detail or str(error)
        return BusinessRuleError(
            self.env._("Odoo has such a record already: %s", detail),
            remedy=self.env._("Find the other record, link or correct it, then retry."),
            code=error.diag.constraint_name or "unique",
        )

    def _after_rollback(self, error):
        # what was created since the savepoint does not exist any more
        self.env.invalidate_all(flush=False)
        self.env.registry.clear_cache()
        return error

    def _bind(self, backend, entity, tasks_records):
        """Link records with the version and hash of their task, in two statements.

        :param tasks_records: [(task, Odoo record, extra values of the binding)]
        """
        binder = backend.with_env(self.env).binder(entity)
        known = binder.states_many(task.external_id for task, *_rest in tasks_records)
        fresh = []
        for task, record, extra in tasks_records:
            values = {
                "version": task.version,
                "content_hash": task.content_hash,
                "sync_date": self.env.cr.now(),
                **extra,
            }
            state = known.get(task.external_id)
            if state:
                binder.model.browse(state.binding_id).sudo().write(values)
            else:
                values.update(external_id=task.external_id, odoo_id=record.id)
                fresh.append(values)
        if fresh:
            binder.bind_many(fresh)


def bucket(name):
    """Return one of a bounded number of lock names.

    A batch of products has thousands of variants, and the server's lock table is
    finite; two that share a bucket only wait for each other.
    """
    return (
        int.from_bytes(hashlib.blake2b(name.encode(), digest_size=2).digest(), "big")
        % BUCKETS
    )


def _lock_number(key):
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
