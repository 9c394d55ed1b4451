# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from contextlib import contextmanager

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..exceptions import Conflict
from ..importers.trial import KEY, Trial

#: how long a dry run waits for a row that somebody works on
LOCK_TIMEOUT = "5s"
#: models whose records nobody would look for
TECHNICAL = ("ir.", "mail.", "bus.", "queue.", "base.", "hub.", "iap.", "digest.")
#: of the hub's own, what people maintain
SHOWN = ("hub.mapping",)


class HubTrial(models.AbstractModel):
    """The dry run: real importers in a transaction that is always rolled back.

    Nothing leaves it: it has a cursor of its own that cannot commit, so neither rows
    nor jobs, mails and hooks remain; numbers of sequences are only guessed.
    """

    _name = "hub.trial"
    _description = "Dry Run"

    @api.private
    def run(self, flow, tasks, seconds=None):
        """Say what importing would do; call it with nothing uncommitted.

        One record after the other, so that it is known what is whose, and in one
        transaction, so that a later one finds what an earlier one would have made.

        :param tasks: tasks with a document or an error; gets their outcome
        :param seconds: after so long no further record is tried
        :return: {external id: [values of hub.change]}, at least one of each tried
        """
        deadline = time.monotonic() + (seconds or float("inf"))
        # in shadow mode what another link has made is only compared with
        afresh = flow.shadow
        with self._undone(flow) as (env, trial):
            own = flow.with_env(env).with_context(hub_afresh=afresh)
            importer = own._importer()
            for place, task in enumerate(tasks):
                if time.monotonic() > deadline:
                    tasks = tasks[:place]
                    break
                trial.subject = task.external_id
                if task.is_open:
                    importer.run(own, [task])
                    env.flush_all()
            after = self._read(env, own, trial)
        return self._lines(flow, tasks, trial, after)

    @contextmanager
    def _undone(self, flow):
        registry = self.env.registry
        cr = registry.cursor()
        cr.commit = self._refuse
        try:
            cr.execute(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
            trial = cr.__dict__[KEY] = Trial()
            yield api.Environment(cr, SUPERUSER_ID, {}), trial
        except psycopg2.OperationalError as error:
            raise Conflict(
                self.env._("Somebody works on the same records at this moment.")
            ) from error
        finally:
            cr.rollback()
            cr.__dict__.pop(KEY, None)
            del cr.commit
            cr.close()
            # what was remembered of records that do not exist any more; of this
            # thread alone, other workers have seen nothing of it
            registry.clear_cache()
            registry.reset_changes()

    def _refuse(self):
        raise UserError(self.env._("A dry run cannot keep anything."))

    # === READING THE RESULT ===#

    def _read(self, env, flow, trial):
        """Return {(model, id): (name, {field: text})} as it is inside the trial."""
        # reading may write what was still to be computed: nobody's change
        env.cr.__dict__.pop(KEY)
        env = self._reader(env, flow)
        values = env["hub.trial.values"]
        made = {
            key: values.given(env[key[0]], names)
            for key, (_subject, names) in trial.made.items()
            if self._is_shown(env, flow, key[0])
        }
        changed = {
            key: values.stored(env[key[0]])
            for key in trial.changed
            if self._is_shown(env, flow, key[0])
            and key[0] not in flow.backend_id._binding_models().values()
        }
        removed = {key: () for key in trial.removed}
        return values.texts(env, {**removed, **changed, **made})

    def _reader(self, env, flow):
        """Return an environment that reads as the flow's user does, but everything."""
        backend = flow.backend_id
        context = {
            "lang": backend.bot_user_id.sudo().lang,
            "allowed_company_ids": backend.company_id.ids,
        }
        return env(user=SUPERUSER_ID, context=context)

    def _is_shown(self, env, flow, model):
        if env[model]._transient:
            return False
        if model in SHOWN or model in flow.backend_id._binding_models().values():
            return True
        return not model.startswith(TECHNICAL)

    def _lines(self, flow, tasks, trial, after):
        """Compare with what is in the database, and say it in lines per record."""
        lines = {task.external_id: [] for task in tasks}
        for key, (subject, _names) in trial.made.items():
            if key in after:
                lines[subject] += self._made_lines(flow, trial, key, *after[key])
        env = self._reader(self.env, flow)
        gone = {
            key: ()
            for key in trial.removed
            if key not in after and self._is_shown(env, flow, key[0])
        }
        kept = {key: tuple(after[key][1]) for key in trial.changed if key in after}
        touched = {**gone, **kept}
        before = env["hub.trial.values"].texts(env, touched)
        for key, (name, old) in before.items():
            if key in after:
                new = after[key][1]
                lines[trial.changed[key]] += self._changed_lines(key, name, old, new)
            else:
                lines[trial.removed[key]].append(_line("delete", key, name))
        for task in tasks:
            self._conclude(task, lines[task.external_id])
        return lines

    def _made_lines(self, flow, trial, key, name, texts):
        if key[0] in flow.backend_id._binding_models().values():
            return self._link_lines(trial, key, texts)
        rows = [
            _line("create", key, name, field=field, new=text)
            for field, text in texts.items()
            if text
        ]
        return _headed(rows or [_line("create", key, name)])

    def _link_lines(self, trial, key, texts):
        """Of a new link only tell when it leads to what Odoo has already."""
        model = self.env[key[0]]._fields["odoo_id"].comodel_name
        target = (model, texts.pop("odoo_id:id"))
        if target in trial.made:
            return []
        return [_line("link", target, texts["odoo_id"])]

    def _changed_lines(self, key, name, old, new):
        return _headed(
            [
                _line("write", key, name, field=field, old=old.get(field), new=text)
                for field, text in new.items()
                if text != old.get(field)
            ]
        )

    def _conclude(self, task, lines):
        if task.error:
            line = _line("error", (False, False), task.name or task.external_id)
            lines.insert(0, {**line, "note": task.error.text})
        elif not lines:
            key = (task.res_model, task.res_id)
            line = _line("nothing", key, task.name or task.external_id)
            lines.append({**line, "note": self._nothing(task)})

    def _nothing(self, task):
        if task.state == "superseded":
            return self.env._("Odoo has a newer state.")
        if task.state == "skipped":
            return self.env._("Left out, as the flow says.")
        return self.env._("Odoo is up to date.")


def _line(operation, key, name, field=False, old=False, new=False):
    model, record_id = key
    return {
        "operation": operation,
        "res_model": model,
        "res_id": record_id if operation not in ("create", "error") else False,
        "record_name": name,
        "field_name": field,
        "old_value": old or False,
        "new_value": new or False,
        "is_head": True,
    }


def _headed(lines):
    """Mark the first line of a record: by it records are counted."""
    return [{**line, "is_head": place == 0} for place, line in enumerate(lines)]
