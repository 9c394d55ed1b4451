# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import zlib

from odoo import api, fields, models
from odoo.tools import SQL

#: fast; the bodies of a queue are read seldom
ZLIB_LEVEL = 1


class HubPayload(models.Model):
    """The raw bytes of a message, compressed.

    Bytes in a side table, because jsonb refuses NUL, rewrites numbers and would bloat
    the queue's own rows.
    """

    _name = "hub.payload"
    _description = "Payload of an Integration Message"
    _order = "id desc"

    message_id = fields.Many2one(
        "hub.message", required=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(
        [("received", "As Received"), ("fetched", "As Fetched")],
        required=True,
        default="received",
    )
    body = fields.Binary(attachment=False, required=True)
    content_type = fields.Char(default="application/json")
    headers = fields.Json()

    @api.private
    def pack(self, body):
        """Return the stored form of ``body`` (bytes)."""
        return zlib.compress(body, ZLIB_LEVEL)

    @api.private
    def newest(self, message_ids, kind=None):
        """Read the newest payload of each message.

        :param kind: only this kind; the fetched one wins otherwise
        :return: {message id: bytes}
        """
        if not message_ids:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (message_id) message_id, body
                  FROM hub_payload
                 WHERE message_id = ANY(%s) AND (%s IS NULL OR kind = %s)
              ORDER BY message_id, id DESC
                """,
                list(message_ids),
                kind,
                kind,
            )
        )
        return {row[0]: zlib.decompress(row[1]) for row in self.env.cr.fetchall()}

    @api.private
    def every(self, message_ids):
        """Return [(message id, bytes)]: all payloads of these messages."""
        query = "SELECT message_id, body FROM hub_payload WHERE message_id = ANY(%s)"
        return [
            (message_id, zlib.decompress(body))
            for message_id, body in self.env.execute_query(
                SQL(query, list(message_ids))
            )
        ]

    @api.private
    def store(self, rows, kind="received"):
        """Insert payloads without the ORM: one statement for the whole batch.

        :param rows: [(message id, bytes)]
        """
        if not rows:
            return
        ids, bodies = zip(
            *((message_id, self.pack(body)) for message_id, body in rows), strict=True
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_payload
                       (message_id, kind, body, content_type, create_date, write_date)
                SELECT m, %s, b, 'application/json', now() AT TIME ZONE 'UTC',
                       now() AT TIME ZONE 'UTC'
                  FROM unnest(%s, %s::bytea[]) AS new(m, b)
                """,
                kind,
                list(ids),
                list(bodies),
            )
        )

    def _as_text(self):
        """Return the body as indented JSON when it is JSON, else as text."""
        self.ensure_one()
        body = self.newest(self.message_id.ids, self.kind).get(self.message_id.id, b"")
        try:
            return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            return body.decode("utf-8", "replace")
