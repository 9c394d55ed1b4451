# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, models
from odoo.tools import SQL

from ..importers.keys import TARGETS, label_of, parts_of, value_at
from .hub_match import OPEN_STATES

#: Odoo records of one key that are looked at; nobody chooses among more
MOST_CANDIDATES = 20


class HubMatch(models.Model):
    """Computing the workbench: statements over everything, not loops over records."""

    _inherit = "hub.match"

    # === FROM THE REMOTE ===#

    @api.private
    def store_documents(self, flow, documents, mark):
        """Note remote records and their keys, in one statement.

        :param mark: number of the run that sees them
        :return: how many there are (a product counts once per variant)
        """
        rules = self.env["hub.match.rule"]._rules(flow.backend_id.id, flow.document)
        rows = {}
        for document in documents:
            for part in parts_of(flow.document, document):
                row = _row(document, part, rules)
                rows[row[0]] = row
        if not rows:
            return 0
        columns = map(list, zip(*rows.values(), strict=True))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_match
                       (backend_id, flow_id, company_id, document, state, run_mark,
                        anonymous, external_id, parent_external_id, label, keys,
                        rule_keys, create_date, write_date)
                SELECT %s, %s, %s, %s, 'unmatched_remote', %s, false, n.id, n.parent,
                       n.label, n.keys::jsonb, n.rule_keys::jsonb,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],
                              %s::text[]) AS n(id, parent, label, keys, rule_keys)
                    ON CONFLICT (backend_id, document, external_id) DO UPDATE
                   SET run_mark = excluded.run_mark, label = excluded.label,
                       flow_id = excluded.flow_id, keys = excluded.keys,
                       rule_keys = excluded.rule_keys,
                       parent_external_id = excluded.parent_external_id
                """,
                flow.backend_id.id,
                flow.id,
                flow.company_id.id,
                flow.document,
                mark,
                *columns,
            )
        )
        return len(rows)

    # === AGAINST ODOO ===#

    @api.private
    def evaluate(self, flow, mark):
        """Compare everything that was noted with everything Odoo has.

        :param mark: number of the run that noted it; what it did not see is gone
        :return: {state: number of rows}
        """
        backend, document = flow.backend_id, flow.document
        self.env.flush_all()
        self._forget(backend, document, mark)
        self._settle_linked(backend, document)
        self._find_candidates(backend, document)
        self._mark_taken(backend, document)
        self._propose_all(backend, document)
        self._list_missing_there(flow)
        self._label_all(backend, document)
        self.invalidate_model()
        self.env["hub.match.candidate"].invalidate_model()
        counts = self._read_group(self._of(backend, document), ["state"], ["__count"])
        return dict(counts)

    def _of(self, backend, document):
        return [("backend_id", "=", backend.id), ("document", "=", document)]

    def _scope(self, backend, document):
        """Return the condition on ``m``: undecided rows of a backend's document."""
        return SQL(
            "m.backend_id = %s AND m.document = %s AND m.state = ANY(%s)",
            backend.id,
            document,
            list(OPEN_STATES),
        )

    def _bindings(self, backend, document):
        """Return the links of a backend as a table ``b(external_id, odoo_id)``."""
        table = backend.binder(TARGETS[document].entity).model._table
        return SQL(
            "(SELECT external_id, odoo_id FROM %s WHERE backend_id = %s) b",
            SQL.identifier(table),
            backend.id,
        )

    def _forget(self, backend, document, mark):
        scope = self._scope(backend, document)
        self.env.cr.execute(
            SQL(
                "DELETE FROM hub_match m WHERE %s"
                " AND (m.external_id IS NULL OR m.run_mark IS DISTINCT FROM %s)",
                scope,
                mark,
            )
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM hub_match_candidate c USING hub_match m"
                " WHERE c.match_id = m.id AND %s",
                scope,
            )
        )

    def _settle_linked(self, backend, document):
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_match m
                   SET state = CASE m.state WHEN 'created' THEN 'created'
                               ELSE 'accepted' END,
                       res_model = %s, res_id = b.odoo_id, doubt = NULL
                  FROM %s
                 WHERE m.backend_id = %s AND m.document = %s
                   AND b.external_id = m.external_id
                   AND (m.state = ANY(%s) OR m.res_id IS DISTINCT FROM b.odoo_id)
                """,
                TARGETS[document].model,
                self._bindings(backend, document),
                backend.id,
                document,
                list(OPEN_STATES),
            )
        )

    def _find_candidates(self, backend, document):
        """Join the keys of every rule with Odoo's column, in one statement."""
        rules = self.env["hub.match.rule"]._rules(backend.id, document)
        if not rules:
            return
        hits = SQL(" UNION ALL ").join(
            self._hits_of(backend, document, place, rule)
            for place, rule in enumerate(rules)
        )
        self.env.cr.execute(
            SQL(
                """
                WITH hits AS (%s), asked AS (
                    SELECT match_id, count(DISTINCT place) AS rules
                      FROM hits GROUP BY match_id
                )
                INSERT INTO hub_match_candidate
                       (match_id, res_model, res_id, place, rule_id, score, archived,
                        child, taken)
                SELECT h.match_id, %s, h.res_id, min(h.place),
                       (array_agg(h.rule_id ORDER BY h.place))[1],
                       100 * count(*) / min(a.rules), bool_or(h.archived),
                       bool_or(h.child), false
                  FROM hits h JOIN asked a ON a.match_id = h.match_id
              GROUP BY h.match_id, h.res_id
                """,
                hits,
                TARGETS[document].model,
            )
        )

    def _hits_of(self, backend, document, place, rule):
        # as the bot: what it may not see it must not link
        importer = backend._as_bot().env["hub.importer.match"]
        query, columns = importer.query(backend, document, rule)
        query.add_where(SQL("%s <> ''", columns[1]))
        names = ("id", "key", "archived", "child")
        records = query.select(
            *(
                SQL("%s AS %s", column, SQL.identifier(name))
                for name, column in zip(names, columns, strict=True)
            )
        )
        return SQL(
            """
            SELECT m.id AS match_id, o.id AS res_id, %(place)s::int AS place,
                   %(rule)s::int AS rule_id, o.archived, o.child
              FROM hub_match m
              JOIN (SELECT r.*, row_number() OVER (
                           PARTITION BY key ORDER BY archived, child, id) AS nth
                      FROM (%(records)s) r) o
                ON o.key = m.rule_keys->>%(name)s AND o.nth <= %(most)s
             WHERE %(scope)s
            """,
            place=place,
            rule=rule.id,
            records=records,
            name=str(rule.id),
            most=MOST_CANDIDATES,
            scope=self._scope(backend, document),
        )

    def _mark_taken(self, backend, document):
        self.env.cr.execute(
            SQL(
                "UPDATE hub_match_candidate c SET taken = true FROM hub_match m, %s"
                " WHERE c.match_id = m.id AND b.odoo_id = c.res_id AND %s",
                self._bindings(backend, document),
                self._scope(backend, document),
            )
        )

    def _propose_all(self, backend, document):
        """Propose the one best candidate; several, or one claimed twice, are a choice.

        As in the importers the first rule that finds anything decides.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH ranked AS (
                    SELECT c.*, rank() OVER (PARTITION BY c.match_id
                           ORDER BY c.place, c.archived, c.child) AS rank
                      FROM hub_match_candidate c JOIN hub_match m ON m.id = c.match_id
                     WHERE %(scope)s
                ), best AS (
                    SELECT match_id, count(*) AS fits, min(res_id) AS res_id,
                           min(rule_id) AS rule_id, min(score) AS score,
                           bool_or(taken) AS taken
                      FROM ranked WHERE rank = 1 GROUP BY match_id
                ), judged AS (
                    SELECT b.*, CASE
                           WHEN fits > 1 THEN 'several'
                           WHEN taken THEN 'linked'
                           WHEN count(*) OVER (PARTITION BY res_id, fits = 1) > 1
                               THEN 'claimed' END AS doubt
                      FROM best b
                )
                UPDATE hub_match m
                   SET state = CASE WHEN j.doubt IS NULL THEN 'proposed'
                               ELSE 'ambiguous' END,
                       doubt = j.doubt, rule_id = j.rule_id, res_model = %(model)s,
                       res_id = CASE WHEN j.doubt IS NULL THEN j.res_id END,
                       score = CASE WHEN j.doubt IS NULL THEN j.score END
                  FROM judged j
                 WHERE j.match_id = m.id
                """,
                scope=self._scope(backend, document),
                model=TARGETS[document].model,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_match m
                   SET state = 'unmatched_remote', doubt = NULL, res_id = NULL,
                       rule_id = NULL, score = NULL
                 WHERE %s AND NOT EXISTS (SELECT 1 FROM hub_match_candidate c
                                           WHERE c.match_id = m.id)
                """,
                self._scope(backend, document),
            )
        )


def _row(document, part, rules):
    """Return (id, parent, label, keys, keys by rule) of a part of a document."""
    name = type(document).__name__.lower()
    keys = {rule.path: value_at(part, rule.path) for rule in rules}
    rule_keys = {str(rule.id): rule.key_of(part) for rule in rules}
    return (
        part.external_id,
        document.external_id if part is not document else None,
        label_of(name, document, part).replace("\0", ""),
        _json(keys),
        _json(rule_keys),
    )


def _json(values):
    known = {key: value.replace("\0", "") for key, value in values.items() if value}
    return json.dumps(known, ensure_ascii=False)
