# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import zlib

from odoo import api, fields, models
from odoo.tools import SQL

ZLIB_LEVEL = 1


class HubSnapshot(models.Model):
    """What a remote system is known to say of a record.

    Either it told us, or it took what we told it. Compared with what Odoo says now it
    shows what must be sent; compared with what both sides say now, who changed what.
    Aside from the bindings, because one link carries several documents (a variant has
    a product's, a price's and a stock level's).
    """

    _name = "hub.snapshot"
    _description = "Last Known Remote State"
    _rec_name = "external_id"
    _order = "id desc"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    document = fields.Char(required=True, readonly=True)
    external_id = fields.Char(required=True, readonly=True)
    body = fields.Binary(attachment=False, required=True, readonly=True)

    _record_uniq = models.Constraint(
        "UNIQUE(backend_id, document, external_id)",
        "The state of a remote record is kept once.",
    )

    @api.private
    def read_many(self, backend, document, external_ids):
        """Return {external id: flat document} of those that are known.

        See ``documents.diff.flat`` for the form.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT external_id, body FROM hub_snapshot"
                " WHERE backend_id = %s AND document = %s AND external_id = ANY(%s)",
                backend.id,
                document,
                list(external_ids),
            )
        )
        return {external_id: unpack(body) for external_id, body in rows}

    @api.private
    def store_many(self, backend, document, states, known=None):
        """Remember what remote records say, in one statement.

        What a state is silent about stays as it was known.

        :param states: {external id: flat document}
        :param known: what :meth:`read_many` says of them, when that was just read
        """
        if not states:
            return
        if known is None:
            known = self.read_many(backend, document, states)
        merged = {
            external_id: {**known.get(external_id, {}), **state}
            for external_id, state in sorted(states.items())
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_snapshot (backend_id, company_id, document,
                                          external_id, body, create_date, write_date)
                SELECT %s, %s, %s, n.external_id, n.body, now() AT TIME ZONE 'UTC',
                       now() AT TIME ZONE 'UTC'
                  FROM unnest(%s::text[], %s::bytea[]) AS n(external_id, body)
                    ON CONFLICT (backend_id, document, external_id) DO UPDATE
                   SET body = excluded.body, write_date = excluded.write_date
                """,
                backend.id,
                backend.company_id.id,
                document,
                list(merged),
                [pack(state) for state in merged.values()],
            )
        )

    @api.private
    def forget(self, backend, document, external_ids):
        """Forget what remote records said: they are gone."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM hub_snapshot"
                " WHERE backend_id = %s AND document = %s AND external_id = ANY(%s)",
                backend.id,
                document,
                list(external_ids),
            )
        )


def pack(state):
    """Return the stored form of a flat document."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=False)
    return zlib.compress(text.encode(), ZLIB_LEVEL)


def unpack(body):
    """Return the flat document of its stored form."""
    return json.loads(zlib.decompress(body))
