# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models
from odoo.tools import SQL

from .hub_eraser_sweep import Pattern

#: columns that say what happened, not to whom
KEPT = {
    "hub.message": set(
        "external_id version dedup_key event_key topic trace_id idempotency_key"
        " error_class error_category error_code error_field fingerprint"
        " res_model erased_by".split()
    ),
    "hub.attempt": {"operation", "idempotency_key", "worker"},
}
TEXTS = ("char", "text", "html", "json", "binary")
#: documents whose states are kept under ids of their own
STANDALONE = ("customer", "product", "variant", "order", "price", "stock")


class HubEraser(models.AbstractModel):
    """Blackens what was found; figures, states and times stay."""

    _inherit = "hub.eraser"

    @api.private
    def redact(self, subjects):
        """Take the person out of the hub's tables.

        :return: {what: number of rows}; ``busy``: messages that a worker holds at
            this moment, which must be erased again
        """
        ids, busy = self._free(subjects.message_ids)
        stuck = self._exceptions_of(ids)
        counts = {
            "payloads": self._redact_payloads(ids),
            "attempts": self._redact_columns("hub.attempt", "message_id", ids),
            "messages": self._redact_messages(ids),
            "snapshots": self._forget_snapshots(subjects),
            "links": self._redact_links(subjects),
            "notes": self._sweep(subjects),
            "busy": busy,
        }
        self._redact_exceptions(stuck, subjects)
        self.env.invalidate_all()
        stuck._resolve_settled(self.env.cr)
        return counts

    def _free(self, message_ids):
        """Return (ids nobody works on, number of the others), locked."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id, state FROM hub_message WHERE id = ANY(%s)"
                " ORDER BY id FOR NO KEY UPDATE",
                list(message_ids),
            )
        )
        ids = [row[0] for row in rows if row[1] != "processing"]
        return ids, len(rows) - len(ids)

    def _exceptions_of(self, message_ids):
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT exception_id FROM hub_message"
                " WHERE id = ANY(%s) AND exception_id IS NOT NULL",
                message_ids,
            )
        )
        return self.env["hub.exception"].sudo().browse(row[0] for row in rows)

    # === MESSAGES AND WHAT HANGS ON THEM ===#

    def _redact_payloads(self, message_ids):
        stub = {"erased": self._note()}
        return self._execute(
            "UPDATE hub_payload SET body = %s, headers = NULL"
            " WHERE message_id = ANY(%s)",
            self.env["hub.payload"].pack(json.dumps(stub).encode()),
            message_ids,
        )

    def _redact_messages(self, message_ids):
        """What waited for its turn or for a person is settled as skipped."""
        self._redact_columns("hub.message", "id", message_ids)
        return self._execute(
            """
            UPDATE hub_message
               SET erased_at = %(now)s, erased_by = %(user)s,
                   processed_at = coalesce(processed_at, %(now)s),
                   next_attempt_at = NULL, forced = FALSE,
                   state = CASE WHEN state IN ('done', 'unchanged', 'superseded')
                                THEN state ELSE 'skipped' END
             WHERE id = ANY(%(ids)s)
            """,
            now=fields.Datetime.now(),
            user=self.env.user.name,
            ids=message_ids,
        )

    def _redact_columns(self, model, key, ids):
        """Empty every column with free text, also those other addons have added."""
        names = [
            name
            for name in self._columns(self.env[model], TEXTS)
            if name not in KEPT[model] and not self.env[model]._fields[name].required
        ]
        if not names:
            return 0
        emptied = SQL(", ").join(
            SQL("%s = NULL", SQL.identifier(name)) for name in names
        )
        return self._execute(
            "UPDATE %s SET %s WHERE %s = ANY(%s)",
            SQL.identifier(self.env[model]._table),
            emptied,
            SQL.identifier(key),
            ids,
        )

    def _forget_snapshots(self, subjects):
        count = 0
        for document, external_ids in subjects.externals.items():
            others = [name for name in STANDALONE if name != document]
            count += self._execute(
                "DELETE FROM hub_snapshot WHERE backend_id = %s"
                " AND external_id = ANY(%s) AND document <> ALL(%s)",
                subjects.backend.id,
                list(external_ids),
                others,
            )
        return count

    def _redact_links(self, subjects):
        """Empty what bindings keep of a person; the links stay."""
        count = 0
        backend = subjects.backend
        for entity, model in backend._binding_models().items():
            found = self.env[model].sudo()
            names = found._personal_fields
            if names and subjects.externals.get(entity):
                ids = list(subjects.externals[entity])
                domain = [("backend_id", "=", backend.id), ("external_id", "in", ids)]
                found = found.search(domain)
                found.write(dict.fromkeys(names, False))
                count += len(found)
        return count

    def _redact_exceptions(self, exceptions, subjects):
        """Rewrite the texts of problems that only this person's records had."""
        pattern = Pattern.of(subjects.texts, wide=True)
        for exception in exceptions:
            others = self.env["hub.message"].sudo()
            others = others.search_count(
                [("exception_id", "=", exception.id), ("erased_at", "=", False)],
                limit=1,
            )
            texts = ("name", "explanation", "remedy", "mapping_value")
            if others:
                values = {n: pattern.masked(exception[n]) for n in texts}
            else:
                category = dict(exception._fields["category"].selection)
                values = dict.fromkeys(texts, False)
                values["name"] = self.env._("Erased (%s)", category[exception.category])
                values["explanation"] = self._note()
            exception.write(values)

    def _note(self):
        return self.env._(
            "Erased on %(day)s by %(user)s.",
            day=fields.Date.to_string(fields.Date.today()),
            user=self.env.user.name,
        )

    def _execute(self, query, *arguments, **named):
        self.env.cr.execute(SQL(query, *arguments, **named))
        return self.env.cr.rowcount
