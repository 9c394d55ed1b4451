# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timezone

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..documents import Departure, Gone


class ExporterBase(models.AbstractModel):
    """Odoo records in, documents out; always a whole set at a time.

    An exporter says what Odoo knows, in canonical terms and in its present state. It
    sets only what Odoo has an opinion on: fields it leaves unset are not compared and
    not sent. It knows no system; ids of the remote come through the backend's binders.
    """

    _name = "hub.exporter.base"
    _description = "Exporter"

    #: model of the records whose state is exported
    _record_model = ""
    #: entity of the binding that links them
    _entity = ""
    #: models of parts that have ids of their own there, and may be deleted one by one
    _part_models = ()
    #: whether a record is sent as soon as it is linked, not only when it changes
    _told_when_linked = False

    @api.private
    def watched(self):
        """Return {model: field names} whose change makes a record worth sending.

        The names are those passed to ``write``. An empty set: only creation and
        deletion count, and what is marked explicitly.
        """
        return {}

    @api.private
    def roots(self, flow, model, ids):
        """Return the ids of exported records that a change of ``model`` concerns.

        Called when marks are collected, for many at once; no user waits.
        """
        return ids if model == self._record_model else []

    @api.private
    def relevant(self, flow, ids):
        """Return those of ``ids`` that this flow is to send, as a set."""
        return self._in_scope(flow, ids)

    @api.private
    def all_ids(self, flow, after, limit):
        """Return the next ids of records to be sent by a backfill, ascending."""
        linked = self._linked_after(flow, after, limit)
        if flow.export_scope != "all":
            return linked
        domain = Domain("id", ">", after)
        new = self._creatable(flow, domain, order="id", limit=limit).ids
        return sorted({*linked, *new})[:limit]

    @api.private
    def to_documents(self, flow, ids):
        """Return what Odoo says of records now.

        :param flow: the outbound flow, which carries backend and policies
        :return: {id: Document, Gone (it was archived), HubError that concerns this
            record alone, or None when there is nothing to say}. ``external_id`` is the
            remote's id, or "".
        """
        raise NotImplementedError

    @api.private
    def files(self, task):
        """Return {whose: File} of the pictures that a document's changes are about.

        Read when a record is about to be sent, and only then: they are large.
        """
        return {}

    def _departing_as(self):
        """Return the entities as which a deletion of exported records is told."""
        return (self._entity,)

    def _document_name(self):
        return self._name.rsplit(".", 1)[1]

    def _remote_ids(self, flow, ids):
        """Return {Odoo id: id in the flow's remote system} of those linked."""
        backend = flow.backend_id.with_env(self.env)
        records = self.env[self._record_model].browse(ids)
        linked = backend.binder(self._entity).to_external_many(records)
        return {key: found[0] for key, found in linked.items()}

    def _in_scope(self, flow, ids):
        """Return those of ``ids`` that are linked, or may be created there."""
        found = set(self._remote_ids(flow, ids))
        rest = [key for key in ids if key not in found]
        if rest:
            found |= self._lost_ids(flow, rest)
            rest = [key for key in rest if key not in found]
        if rest and flow.export_scope == "all":
            found.update(self._creatable(flow, Domain("id", "in", rest)).ids)
        return found

    def _lost_ids(self, flow, ids):
        """Return those of ``ids`` that were there once: they may be sent again."""
        entity = flow.backend_id._binding_models().get(self._entity)
        if not entity:
            return set()
        lost = [("backend_id", "=", flow.backend_id.id), ("odoo_id", "in", ids)]
        bindings = self.env[entity].sudo()
        rows = bindings.search_fetch([*lost, ("deleted_at", "!=", False)], ["odoo_id"])
        return set(rows.odoo_id.ids)

    def _creatable(self, flow, domain, **options):
        """Return the records of ``domain`` that the flow may create there."""
        company = Domain("company_id", "in", [False, flow.company_id.id])
        domain &= company & flow._export_domain()
        return self.env[self._record_model].search(domain, **options)

    def _linked_after(self, flow, after, limit):
        """Return the next ids of linked records, ascending."""
        bindings = self.env[flow.backend_id._binding_models()[self._entity]]
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT DISTINCT odoo_id FROM %s"
                    " WHERE backend_id = %s AND odoo_id > %s ORDER BY 1 LIMIT %s",
                    SQL.identifier(bindings._table),
                    flow.backend_id.id,
                    after,
                    limit,
                )
            )
        ]

    def _gone(self, remote_id):
        """Return what is said of an archived record; None of one unknown there."""
        if not remote_id:
            return None
        return Gone(
            external_id=remote_id, version=self._now(), departure=Departure.ARCHIVED
        )

    def _now(self):
        """Return when Odoo was read: what a document's version says of our records."""
        return datetime.now(timezone.utc)
