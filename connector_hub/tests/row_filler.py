# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows in every table of the hub, whatever addons have added to it."""

import zlib

import psycopg2
from psycopg2.extras import Json

from odoo.tools import SQL, mute_logger

VALUES = {
    # a lane's number as well, beyond those a flow has
    "integer": 61,
    "float": 1,
    "monetary": 1,
    "boolean": True,
    "date": "2026-01-01",
    "datetime": "2026-01-01",
    "many2one_reference": 1,
}


class RowFiller:
    """Inserts the barest possible rows that belong to one backend."""

    def __init__(self, env, backend):
        self.env = env
        self.backend = backend
        self._building = []
        flow = backend.flow_ids[:1]
        self.known = {
            "hub.backend": backend.id,
            "hub.flow": flow.id,
            "res.company": backend.company_id.id,
            "res.users": env.ref("base.user_admin").id,
        }

    def _any(self, model):
        """Return the id of some record, whoever's it is."""
        return self.env[model].search([], limit=1).id or self.row(model).id

    def models(self):
        """Return the models of the hub and its connectors that have a table."""
        return [
            name
            for name, model in sorted(self.env.items())
            if name.startswith("hub.")
            and model._auto
            and not model._abstract
            and not model.is_transient()
        ]

    def row(self, name):
        """Return a row of the model that belongs to the backend."""
        if name in self.known:
            return self.env[name].browse(self.known[name])
        model = self.env[name]
        self._building.append(name)
        values = self._values(model)
        self._building.remove(name)
        try:
            row_id = self._insert(model, values)
        except psycopg2.errors.UniqueViolation:
            row_id = self._own(model) or self._insert(model, self._apart(model, values))
        except psycopg2.Error as error:
            raise AssertionError(f"no row of {name} can be made: {error}") from error
        self.known[name] = row_id
        return model.browse(row_id)

    def _values(self, model):
        return {
            field.name: self._value(field)
            for field in model._fields.values()
            if field.store and field.column_type and self._is_wanted(field)
        }

    def _insert(self, model, values):
        columns = SQL(", ").join(SQL.identifier(key) for key in values)
        with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %s (%s) VALUES %s RETURNING id",
                    SQL.identifier(model._table),
                    columns,
                    tuple(values.values()),
                )
            )
            return self.env.cr.fetchone()[0]

    def _own(self, model):
        """Return the id of a row every backend has from the beginning."""
        if "backend_id" not in model._fields:
            return None
        return model.search([("backend_id", "=", self.backend.id)], limit=1).id

    def _apart(self, model, values):
        """Return the values with records of others that nobody else points at."""
        return {
            name: self.env[model._fields[name].comodel_name].browse(value).copy().id
            if model._fields[name].type == "many2one"
            and not model._fields[name].comodel_name.startswith(("hub.", "res."))
            else value
            for name, value in values.items()
        }

    def _is_wanted(self, field):
        if field.name in ("create_uid", "write_uid", "id"):
            return False
        links = field.type == "many2one" and field.comodel_name.startswith(
            ("hub.", "res.company")
        )
        return field.required or links

    def _value(self, field):
        if field.type == "many2one":
            return self._linked(field.comodel_name)
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type == "binary":
            return zlib.compress(b"{}")
        if field.type == "json":
            return Json({})
        text = f"x{self.backend.id}"
        if field.translate:
            return Json({"en_US": text})
        if field.type in ("char", "text", "html"):
            return text
        return VALUES[field.type]

    def _linked(self, comodel):
        if comodel in self.known:
            return self.known[comodel]
        if not comodel.startswith("hub."):
            return self._any(comodel)
        if comodel in self._building:
            return None  # rows that link to each other
        return self.row(comodel).id
