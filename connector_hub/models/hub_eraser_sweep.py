# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
import zlib
from dataclasses import dataclass

from odoo import models
from odoo.tools import SQL

from .hub_eraser import variants
from .hub_message import MASK

#: settings, bookkeeping, and the audit: not to be rewritten
SETTINGS = set(
    "hub.backend hub.flow hub.lane hub.mapping hub.token hub.total hub.seen"
    " hub.vacuum hub.audit hub.limit hub.field.rule hub.field.map"
    " hub.match.rule hub.checkpoint.rule hub.schema.field".split()
)
#: done by message or by record, not by searching
DONE_OTHERWISE = {"hub.message", "hub.payload", "hub.attempt", "hub.snapshot"}
TEXTS = ("char", "text", "html", "json")
#: what was noted about records of the hub: model, and its field with their model
NOTES = (
    ("mail.message", "model"),
    ("mail.activity", "res_model"),
    ("queue.job", "model_name"),
)
#: texts in there that are names of things, or only repeat them
NAMES = set(
    "model res_model model_name method_name message_id uuid graph_uuid func_string"
    " identity_key channel worker_hostname state external_id document path field"
    " fingerprint dedup_key".split()
)
#: longest list of texts one pattern looks for
MOST_TEXTS = 300


@dataclass(frozen=True)
class Pattern:
    """Finds any of some texts as whole words, in PostgreSQL and in Python."""

    sql: str
    python: str

    @classmethod
    def of(cls, texts, wide=False):
        """
        :param wide: also single words, where it is known that they concern this person
        """
        chosen = sorted({t.strip() for t in texts if wide or _is_telling(t)}, key=len)
        found = {form for text in chosen[-MOST_TEXTS:] for form in variants(text)}
        words = sorted((t for t in found if len(t) > 2), key=len, reverse=True)
        return cls(
            "|".join(_whole(word, r"\m", r"\M") for word in words),
            "|".join(_whole(word, r"\b", r"\b") for word in words),
        )

    def __bool__(self):
        return bool(self.sql)

    def masked(self, text):
        """Return ``text`` with what is found replaced."""
        if not text or not self:
            return text
        return re.sub(self.python, MASK, text, flags=re.IGNORECASE)

    def masked_body(self, body):
        """Return a compressed text without what is found, None when that is nothing."""
        try:
            text = zlib.decompress(body).decode()
        except (zlib.error, UnicodeDecodeError, TypeError):
            return None
        clean = self.masked(text)
        return zlib.compress(clean.encode()) if clean != text else None


def _is_telling(text):
    """Return whether a text can hardly mean anybody or anything else."""
    if "@" in text or sum(char.isdigit() for char in text) >= 7:
        return True
    return " " in text.strip() and len(text) > 6


def _whole(text, start, end):
    start = start if text[0].isalnum() else ""
    end = end if text[-1].isalnum() else ""
    return f"{start}{re.escape(text)}{end}"


class HubEraser(models.AbstractModel):
    """Masks a person in every other table of the hub, those of later addons too."""

    _inherit = "hub.eraser"

    def _sweep(self, subjects):
        """Mask the person in every other text of the hub.

        :return: number of rows changed
        """
        pattern = Pattern.of(subjects.texts)
        if not pattern:
            return 0
        self.env.flush_all()
        count = 0
        wide = Pattern.of(subjects.texts, wide=True)
        for model in self._swept_models():
            names = [n for n in self._columns(model, TEXTS) if n not in NAMES]
            where = self._of_backend(model, subjects.backend)
            rows = [(self._linked(model, subjects, where), wide), (where, pattern)]
            for condition, wanted in rows:
                count += self._mask(model._table, names, condition, wanted)
                count += self._mask_packed(model, condition, wanted)
        for name, column in NOTES:
            model = self.env[name].sudo()
            names = [n for n in self._columns(model, TEXTS) if n not in NAMES]
            where = SQL("%s LIKE 'hub.%%'", SQL.identifier(column))
            count += self._mask(model._table, names, where, pattern)
        return count

    def _swept_models(self):
        for name, model in sorted(self.env.items()):
            if name.startswith("hub.") and model._auto and not model._abstract:
                if name not in SETTINGS | DONE_OTHERWISE:
                    yield model.sudo()

    def _linked(self, model, subjects, where):
        """Return the condition of rows that are about this person's records."""
        names = self._columns(model, ("char", "many2one", "many2one_reference"))
        conditions = [SQL("FALSE")]
        if "message_id" in names:
            conditions.append(SQL("message_id = ANY(%s)", list(subjects.message_ids)))
        if "external_id" in names:
            ids = set().union(*subjects.externals.values())
            conditions.append(SQL("external_id = ANY(%s) AND %s", list(ids), where))
        if {"res_model", "res_id"} <= set(names):
            conditions += [
                SQL("res_model = %s AND res_id = ANY(%s) AND %s", name, [*ids], where)
                for name, ids in subjects.records.items()
            ]
        return SQL("(%s)", SQL(" OR ").join(SQL("(%s)", one) for one in conditions))

    def _columns(self, model, types):
        return [
            name
            for name, one in model._fields.items()
            if one.store and one.column_type and one.type in types
        ]

    def _of_backend(self, model, backend):
        """Return the condition of rows that may concern the backend."""
        for name, comodel, ids in (
            ("backend_id", "hub.backend", backend.ids),
            ("flow_id", "hub.flow", backend.flow_ids.ids),
        ):
            one = model._fields.get(name)
            if one and one.store and one.comodel_name == comodel:
                return SQL("%s = ANY(%s)", SQL.identifier(name), ids)
        return SQL("TRUE")

    def _mask(self, table, names, where, pattern):
        """Replace the pattern in texts and JSON of a table."""
        count = 0
        for name in names:
            column = SQL.identifier(name)
            kind = self._kind(table, name)
            count += self._execute(
                "UPDATE %s SET %s = regexp_replace(%s::text, %s, %s, 'gi')::%s"
                " WHERE %s AND %s::text ~* %s",
                SQL.identifier(table),
                column,
                column,
                pattern.sql,
                MASK,
                SQL(kind),
                where,
                column,
                pattern.sql,
            )
        return count

    def _kind(self, table, name):
        """Return the type of a column: a translated text is jsonb."""
        rows = self.env.execute_query(
            SQL(
                "SELECT udt_name FROM information_schema.columns"
                " WHERE table_name = %s AND column_name = %s",
                table,
                name,
            )
        )
        return "jsonb" if rows and rows[0][0] == "jsonb" else "text"

    def _mask_packed(self, model, where, pattern):
        """Replace the pattern in compressed texts."""
        count = 0
        for name in self._columns(model, ("binary",)):
            column, table = SQL.identifier(name), SQL.identifier(model._table)
            query = SQL("SELECT id, %s FROM %s WHERE %s", column, table, where)
            for row_id, body in self.env.execute_query(query):
                clean = pattern.masked_body(body)
                if clean:
                    update = "UPDATE %s SET %s = %s WHERE id = %s"
                    count += self._execute(update, table, column, clean, row_id)
        return count
