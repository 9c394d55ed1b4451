# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..exceptions import HubError
from ..importers.keys import TARGETS
from ..importers.task import Task

#: records of one kind that are looked through for the one that is meant
CANDIDATES = 100


class HubShadow(models.AbstractModel):
    """Compares what a flow in shadow mode would have written with what is there."""

    _name = "hub.shadow"
    _description = "Comparison in Shadow Mode"

    @api.private
    def compare(self, flow, messages):
        """Give messages and their lines a verdict.

        :param messages: tried ones of the flow, in whichever state of comparison
        """
        verdicts = dict.fromkeys(self._outdated(flow, messages), "outdated")
        current = messages.filtered(lambda m: m.id not in verdicts)
        found = self._found(flow, current)
        lines = current.change_ids.grouped("message_id")
        env = self.env["hub.trial"]._reader(self.env, flow)
        for message in current:
            record = found.get(message.external_id)
            rows = lines.get(message, self.env["hub.change"])
            verdicts[message.id] = self._verdict(env, flow, rows, record)
        for verdict in set(verdicts.values()):
            ids = [key for key, value in verdicts.items() if value == verdict]
            self.env["hub.message"].browse(ids).write({"shadow_verdict": verdict})

    def _outdated(self, flow, messages):
        """Return the ids of messages whose record was received again since."""
        rows = self.env.execute_query(
            SQL(
                "SELECT m.id FROM hub_message m WHERE m.id = ANY(%s) AND EXISTS ("
                "SELECT 1 FROM hub_message n WHERE n.flow_id = m.flow_id"
                " AND n.external_id = m.external_id AND n.id > m.id)",
                messages.ids,
            )
        )
        return [row[0] for row in rows]

    # === FINDING ===#

    def _found(self, flow, messages):
        """Return {external id: Odoo record} by link, else by the match rules."""
        tasks = self._documents(flow, messages)
        with self.env["hub.trial"]._undone(flow) as (env, _trial):
            # matching may note doubts and unarchive: that is undone
            own = flow.with_env(env)
            rows = self._matched(own, [task.document for task in tasks.values()])
        return {
            external_id: self.env[model].browse(record_id)
            for external_id, (model, record_id) in rows.items()
        }

    def _documents(self, flow, messages):
        bodies = self.env["hub.payload"].newest(messages.ids)
        mapper = flow.backend_id.mapper(flow.document)
        tasks = {}
        for message in messages:
            task = Task(message.id, message.external_id)
            mapper.load(task, bodies.get(message.id))
            if task.is_open:
                mapper.translate(task, flow.revision)
            if task.document:
                tasks[message.external_id] = task
        return tasks

    def _matched(self, flow, documents):
        """Return {external id: (model, id)}."""
        env, backend = flow.env, flow.backend_id
        binder = backend.binder(flow.document)
        linked = binder.to_internal_many(d.external_id for d in documents)
        found = {key: (r._name, r.id) for key, r in linked.items() if r}
        rest = [d for d in documents if d.external_id not in found]
        if flow.document not in TARGETS:
            return found
        parts = [(d, part) for d in rest for part in getattr(d, "variants", (d,))]
        records = env["hub.importer.match"].find(
            backend, flow.document, [part for _document, part in parts]
        )
        for (document, _part), record in zip(parts, records, strict=True):
            if record and not isinstance(record, HubError):
                record = _whole(record, flow.document)
                found.setdefault(document.external_id, (record._name, record.id))
        return found

    # === JUDGING ===#

    def _verdict(self, env, flow, lines, main):
        """Judge the lines of a message; return the verdict of the whole."""
        if lines[:1].operation == "error":
            return "error"
        if not main or not main.exists():
            lines.write({"verdict": "missing", "actual_value": False})
            return "missing"
        ignored = {name.strip() for name in (flow.shadow_ignored or "").split(",")}
        nearby = _nearby(main.with_env(env).sudo(), set(lines.mapped("res_model")))
        verdicts = set()
        for group in self._by_record(lines):
            record = self._meant(env, group, nearby)
            for line in group:
                if self._is_compared(line, main, ignored):
                    verdicts.add(self._judge(line, record))
        return "differs" if verdicts & {"differs", "missing"} else "agrees"

    def _is_compared(self, line, main, ignored):
        """Leave out what people do, what is the hub's own, and what leads to the main
        record: that of another link has another number."""
        name = line.field_name
        if not name or name.startswith("hub_"):
            return False
        field = self.env[line.res_model]._fields[name]
        return (
            name not in ignored
            and f"{line.res_model}.{name}" not in ignored
            and not (field.type == "many2one" and field.comodel_name == main._name)
        )

    def _by_record(self, lines):
        groups = defaultdict(self.env["hub.change"].browse)
        for line in lines:
            groups[line.res_model, line.res_id, line.subject] += line
        return groups.values()

    def _meant(self, env, group, nearby):
        """Return the record that should hold what a group of lines says.

        The one that was to be changed; of those that might have been made, the one
        that is most alike. None: records of its kind are out of reach.
        """
        model, record_id = group[0].res_model, group[0].res_id
        if record_id:
            return env[model].sudo().browse(record_id).exists()
        if model not in nearby:
            return None
        wanted = {line.field_name: line.new_value or "" for line in group}
        text = env["hub.trial.values"].text

        def likeness(record):
            return sum(text(record, name) == value for name, value in wanted.items())

        candidates = nearby[model][:CANDIDATES]
        return max(candidates, key=likeness, default=candidates)

    def _judge(self, line, record):
        if record is None:
            return None
        if not record:
            line.write({"verdict": "missing", "actual_value": False})
            return "missing"
        actual = record.env["hub.trial.values"].text(record, line.field_name)
        verdict = "agrees" if actual == (line.new_value or "") else "differs"
        line.write({"verdict": verdict, "actual_value": actual or False})
        return verdict


def _whole(record, document):
    """Return what a document is about: a variant stands for its product."""
    return record.product_tmpl_id if document == "product" else record


def _nearby(main, models_wanted):
    """Return {model: records} within one step of a record."""
    found = {main._name: main}
    for field in main._fields.values():
        if field.relational and field.comodel_name in models_wanted and field.store:
            known = found.get(field.comodel_name)
            records = main[field.name]
            found[field.comodel_name] = known | records if known else records
    return found
