# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..importers.keys import NORMAL_COLUMNS, normal, normal_sql
from ..importers.links import KEYS


class HubLinkChecker(models.AbstractModel):
    """Looks at links before they are made, with a few queries whatever their number."""

    _name = "hub.link.checker"
    _description = "Check of Links"

    @api.private
    def check(self, backend, bindings, rows, several=False):
        """Find the Odoo record of every row, and what is wrong with rows.

        :param bindings: the model of the links
        :param rows: [(line number, external id, column, value)]
        :param several: an Odoo record may have several remote ones
        :return: [(external id, Odoo id)] to link, how many are linked already, and
            [(line number, external id, problem)]
        """
        entity = next(
            e for e, name in backend._binding_models().items() if name == bindings._name
        )
        found = self._resolve(backend, entity, bindings, rows)
        by_remote, by_odoo = self._known(backend, bindings, rows)
        lines, takers = {}, dict(by_odoo)
        pairs, known, problems = [], 0, []
        for number, external_id, _column, value in rows:
            ids = found.get(value, ())
            problem = self._problem(external_id, value, ids, lines, by_remote)
            if not problem:
                lines[external_id] = number
                if by_remote.get(external_id) == ids[0]:
                    known += 1
                    continue
                taker = takers.setdefault(ids[0], external_id)
                if taker != external_id and not several:
                    problem = self.env._(
                        'The Odoo record is linked with "%s" already.', taker
                    )
            if problem:
                problems.append((number, external_id, problem))
            else:
                pairs.append((external_id, ids[0]))
        return pairs, known, problems

    def _problem(self, external_id, value, ids, lines, by_remote):
        """Return what is wrong with a row by itself, or None."""
        if not external_id or not value:
            return self.env._("A cell is empty: both records must be named.")
        if external_id in lines:
            return self.env._("The line repeats line %s.", lines[external_id])
        if not ids:
            return self.env._('Odoo has no record "%s" in this company.', value)
        if len(ids) > 1:
            return self.env._(
                '%(count)s Odoo records have "%(value)s": give the odoo_id instead.',
                count=len(ids),
                value=value,
            )
        if by_remote.get(external_id, ids[0]) != ids[0]:
            return self.env._(
                "The remote record is linked with another Odoo record already (id %s).",
                by_remote[external_id],
            )
        return None

    # === WHAT THERE IS ===#

    def _known(self, backend, bindings, rows):
        """Return {external id: Odoo id} and {Odoo id: external id} of the links."""
        bindings.flush_model()
        links = self.env.execute_query(
            SQL(
                "SELECT external_id, odoo_id FROM %s WHERE backend_id = %s ORDER BY id",
                SQL.identifier(bindings._table),
                backend.id,
            )
        )
        names = {row[1] for row in rows}
        by_remote = {name: record for name, record in links if name in names}
        by_odoo = {}
        for name, record in links:
            by_odoo.setdefault(record, name)
        return by_remote, by_odoo

    def _resolve(self, backend, entity, bindings, rows):
        """Return {value: [Odoo ids]} of the rows' values, with one query."""
        column = rows[0][2]
        values = {row[3] for row in rows if row[3]}
        # as the bot: what it may not see it must not link
        model = backend._as_bot().env[bindings._fields["odoo_id"].comodel_name]
        if column == "xml_id":
            ids = self._by_xml_id(model, values)
        elif column == "odoo_id":
            ids = {v: int(v) for v in values if v.isdecimal() and len(v) < 10}
        else:
            return self._by_key(model, backend, *KEYS[entity][column], values)
        query = model._search(
            self._companies(backend) & Domain("id", "in", list(ids.values())),
            active_test=False,
        )
        existing = {row[0] for row in self.env.execute_query(query.select())}
        return {value: [i] for value, i in ids.items() if i in existing}

    def _companies(self, backend):
        return Domain("company_id", "in", [False, backend.company_id.id])

    def _by_xml_id(self, model, values):
        rows = self.env.execute_query(
            SQL(
                "SELECT module || '.' || name, res_id FROM ir_model_data"
                " WHERE model = %s AND module || '.' || name = ANY(%s)",
                model._name,
                list(values),
            )
        )
        return dict(rows)

    def _by_key(self, model, backend, field, method, values):
        keys = {value: normal(method, value) for value in values}
        # a product is told by the codes of its variants
        number = "id"
        if model._name == "product.template":
            model, number = model.env["product.product"], "product_tmpl_id"
        query = model._search(self._companies(backend), active_test=False)
        column = model._field_to_sql(query.table, field, query)
        if (method, field) not in NORMAL_COLUMNS:
            column = normal_sql(method, column)
        query.add_where(SQL("%s = ANY(%s)", column, list(set(keys.values()) - {""})))
        found = defaultdict(set)
        number = model._field_to_sql(query.table, number, query)
        for record_id, key in self.env.execute_query(query.select(number, column)):
            found[key].add(record_id)
        return {value: list(found[key]) for value, key in keys.items() if key in found}
