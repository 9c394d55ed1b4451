# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import AmbiguousMatch
from .keys import TARGETS, value_at


class ImporterMatch(models.AbstractModel):
    """Finds the Odoo records of remote records that are not linked yet.

    The first rule that finds something decides, with one query per rule and batch.
    Active records come before archived ones, main records before their children, old
    ones before new ones; whether the oldest of several may be taken, the rule says.
    """

    _name = "hub.importer.match"
    _description = "Matching of Remote and Odoo Records"

    @api.private
    def find(self, backend, document, references):
        """Find Odoo records by the rules of the backend.

        :param references: list of documents, or of parts that stand for them
        :return: list in the same order: the record, an AmbiguousMatch, or None
        """
        found = dict.fromkeys(range(len(references)))
        rest, chosen = set(found), {}
        for rule in self.env["hub.match.rule"]._rules(backend.id, document):
            keys = {place: rule.key_of(references[place]) for place in rest}
            hits = self._hits(backend, document, rule, set(keys.values()) - {""})
            for place, key in keys.items():
                if key in hits:
                    rest.discard(place)
                    chosen[place] = (rule, hits[key])
        for place, (rule, candidates) in chosen.items():
            found[place] = self._decide(
                backend, document, references[place], rule, candidates
            )
        self._check_claims(backend, document, references, found, chosen)
        return list(found.values())

    @api.private
    def query(self, backend, document, rule):
        """Return the query of everything that may be found, and what it tells.

        :return: (Query, [id, key, archived, is a child]) as SQL
        """
        target = TARGETS[document]
        model = self.env[target.model]
        query = model._search(self.domain(backend, document), active_test=False)

        def column(name):
            return model._field_to_sql(query.table, name, query)

        active = column("active") if "active" in model._fields else SQL("TRUE")
        child = (
            SQL("%s IS NOT NULL", column(target.parent))
            if target.parent
            else SQL("FALSE")
        )
        key = rule.column(column(rule.field))
        return query, [column("id"), key, SQL("NOT %s", active), child]

    @api.private
    def domain(self, backend, document):
        """Return the domain of records that remote records may be linked with."""
        companies = [False, backend.company_id.id]
        return Domain(TARGETS[document].domain) & Domain("company_id", "in", companies)

    def _hits(self, backend, document, rule, keys):
        """Return {key: [ids of equal rank, oldest first]}, with one query."""
        if not keys:
            return {}
        query, columns = self.query(backend, document, rule)
        query.add_where(SQL("%s = ANY(%s)", columns[1], list(keys)))
        hits = defaultdict(list)
        for record_id, key, archived, child in self.env.execute_query(
            query.select(*columns)
        ):
            hits[key].append((archived, child, record_id))
        return {key: _first_rank(rows) for key, rows in hits.items()}

    def _decide(self, backend, document, reference, rule, candidates):
        archived, ids = candidates
        if len(ids) > 1 and rule.ambiguous != "oldest":
            if rule.ambiguous == "create":
                return None
            return self._ambiguous(backend, document, reference, rule, ids)
        record = self.env[TARGETS[document].model].browse(ids[0])
        if archived and rule.archived == "unarchive":
            record.action_unarchive()
        return record

    # === TWO THAT CLAIM ONE ===#

    def _check_claims(self, backend, document, references, found, chosen):
        """Where rules are strict, an Odoo record belongs to one remote record only."""
        strict = {
            place: found[place]
            for place, (rule, _candidates) in chosen.items()
            if rule.ambiguous != "oldest" and isinstance(found[place], models.Model)
        }
        if not strict:
            return
        claims = self._claims(backend, document, references, strict)
        for place, record in strict.items():
            own = value_at(references[place], "external_id")
            if own and claims[record.id] - {own}:
                rule = chosen[place][0]
                found[place] = None
                if rule.ambiguous == "ask":
                    found[place] = self._ambiguous(
                        backend, document, references[place], rule, record.ids
                    )

    def _claims(self, backend, document, references, found):
        """Return {Odoo id: remote ids that are linked with it or match it}."""
        target = TARGETS[document]
        records = self.env[target.model].union(*found.values())
        linked = backend.binder(target.entity).to_external_many(records)
        claims = {record.id: set(linked.get(record.id, ())) for record in records}
        for place, record in found.items():
            claims[record.id].add(value_at(references[place], "external_id"))
        return {key: values - {""} for key, values in claims.items()}

    def _ambiguous(self, backend, document, reference, rule, ids):
        records = self.env[TARGETS[document].model].browse(ids)
        key = value_at(reference, rule.path)
        if len(ids) > 1:
            message = self.env._(
                '%(count)s Odoo records have "%(key)s": %(names)s.',
                count=len(ids),
                key=key,
                names="; ".join(records[:5].mapped("display_name")),
            )
        else:
            message = self.env._(
                'Several records of %(backend)s have "%(key)s", as %(name)s has in'
                " Odoo.",
                backend=backend.name,
                key=key,
                name=records.display_name,
            )
        return AmbiguousMatch(
            message,
            title=self.env._("Records of %s fit several of Odoo's.", backend.name),
            remedy=self.env._(
                "Open Matching and choose the record it belongs to, or have a new one"
                " created; the messages that wait for it are then retried."
            ),
            code=document,
            field=rule.path,
            value=value_at(reference, "external_id") or key,
        )


def _first_rank(rows):
    """Return (archived, [ids]) of the rows that come first and rank the same."""
    rows.sort()
    first = rows[0]
    return first[0], [row[2] for row in rows if row[:2] == first[:2]]
