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
        chosen = self._chosen(backend, document, references)
        decided = self._decided(backend, document, references, chosen)
        found, doubts, unsure = dict.fromkeys(range(len(references))), {}, {}
        for place, (rule, candidates) in chosen.items():
            if place in decided:
                found[place] = decided[place]
            elif len(candidates[1]) > 1 and rule.ambiguous != "oldest":
                doubts[place] = (rule, candidates[1])
            else:
                found[place] = self._pick(document, rule, *candidates)
                unsure[place] = candidates
        rules = {place: rule for place, (rule, _rest) in chosen.items()}
        doubts |= self._contested(backend, document, references, found, rules)
        self._raise_doubts(backend, document, references, found, doubts)
        self._have_reviewed(backend, document, references, found, unsure)
        return list(found.values())

    @api.private
    def leave_out(self, flow, tasks):
        """Settle what people have decided to ignore; return the other tasks."""
        ignored = self.env["hub.match"].ignored(
            flow.backend_id, flow.document, [task.external_id for task in tasks]
        )
        for task in tasks:
            if task.external_id in ignored:
                task.settle("skipped")
        return [task for task in tasks if task.is_open]

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

    def _chosen(self, backend, document, references):
        """Return {place: (rule, (archived, ids))} of those for which a rule finds."""
        rest, chosen = set(range(len(references))), {}
        for rule in self.env["hub.match.rule"]._rules(backend.id, document):
            keys = {place: rule.key_of(references[place]) for place in rest}
            hits = self._hits(backend, document, rule, set(keys.values()) - {""})
            for place, key in keys.items():
                if key in hits:
                    rest.discard(place)
                    chosen[place] = (rule, hits[key])
        return chosen

    def _decided(self, backend, document, references, chosen):
        """Return {place: record, or None to create one} as people have decided."""
        if not chosen:
            return {}
        names = {
            place: _identity(references[place], rule)
            for place, (rule, _candidates) in chosen.items()
        }
        decisions = self.env["hub.match"].decisions(backend, document, names.values())
        model = self.env[TARGETS[document].model]
        return {
            place: model.browse(record_id).exists() if state == "accepted" else None
            for place, name in names.items()
            if name in decisions
            for state, record_id in [decisions[name]]
        }

    def _pick(self, document, rule, archived, ids):
        record = self.env[TARGETS[document].model].browse(ids[0])
        if archived and rule.archived == "unarchive":
            record.action_unarchive()
        return record

    # === DOUBTS ===#

    def _contested(self, backend, document, references, found, rules):
        """Return the doubts about records that several remote records claim.

        Where rules are strict, an Odoo record belongs to one remote record only.
        """
        strict = {
            place: found[place]
            for place, rule in rules.items()
            if rule.ambiguous != "oldest" and found[place]
        }
        if not strict:
            return {}
        claims = self._claims(backend, document, references, strict)
        return {
            place: (rules[place], record.ids)
            for place, record in strict.items()
            for own in [value_at(references[place], "external_id")]
            if own and claims[record.id] - {own}
        }

    def _claims(self, backend, document, references, found):
        """Return {Odoo id: remote ids that are linked with it or match it}."""
        target = TARGETS[document]
        records = self.env[target.model].union(*found.values())
        linked = backend.binder(target.entity).to_external_many(records)
        claims = {record.id: set(linked.get(record.id, ())) for record in records}
        for place, record in found.items():
            claims[record.id].add(value_at(references[place], "external_id"))
        return {key: values - {""} for key, values in claims.items()}

    def _raise_doubts(self, backend, document, references, found, doubts):
        """Put errors in the place of what a person must choose, and note the choice."""
        asked = []
        for place, (rule, ids) in doubts.items():
            found[place] = None
            if rule.ambiguous == "ask":
                reference = references[place]
                name = _identity(reference, rule)
                asked.append((name, reference, rule, ids))
                found[place] = self._ambiguous(backend, document, reference, rule, ids)
        if asked:
            self.env["hub.match"].ask(backend, document, asked)

    def _have_reviewed(self, backend, document, references, found, unsure):
        """Ask a person to look at links with archived records, and with one of many.

        Only of what has an account there: it is linked now, and asked about once.
        """
        rows = []
        for place, (archived, ids) in unsure.items():
            external_id = value_at(references[place], "external_id")
            clear = not archived and len(ids) == 1
            if external_id and not clear and isinstance(found[place], models.Model):
                reason = (
                    self.env._("%s Odoo records fit; the oldest was used.", len(ids))
                    if len(ids) > 1
                    else self.env._("An archived record was used.")
                )
                rows.append((external_id, ids[0], reason))
        if rows:
            model = TARGETS[document].model
            self.env["hub.checkpoint"].flag(backend, document, model, rows)

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
            value=_identity(reference, rule),
        )


def _identity(reference, rule):
    """Return the remote id, or for somebody without account the key."""
    return value_at(reference, "external_id") or rule.key_of(reference)


def _first_rank(rows):
    """Return (archived, [ids]) of the rows that come first and rank the same."""
    rows.sort()
    first = rows[0]
    return first[0], [row[2] for row in rows if row[:2] == first[:2]]
