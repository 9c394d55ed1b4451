# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import os
import socket
import zlib

from odoo import api, fields, models
from odoo.tools import SQL

from ..components.push import Push, Safety
from ..exceptions import AuthError, TransientError
from .hub_payload import ZLIB_LEVEL

#: what a try keeps of its task
SENT = ("action", "remote_id", "payload", "says", "changed", "name")


class HubAttempt(models.Model):
    """One try of a message.

    An outbound try is on file, committed, before anything is sent: what has no
    outcome may have reached the remote system. An inbound one is kept when it failed.
    """

    _name = "hub.attempt"
    _description = "Try of an Integration Message"
    _log_access = False
    _order = "id desc"
    _rec_name = "started_at"

    message_id = fields.Many2one(
        "hub.message", required=True, ondelete="cascade", index=True, readonly=True
    )
    number = fields.Integer(readonly=True)
    started_at = fields.Datetime(required=True, readonly=True)
    ended_at = fields.Datetime(readonly=True)
    operation = fields.Char(readonly=True, help="What was asked of the remote system.")
    safety = fields.Selection(
        [
            ("keyed", "Same Key, Same Effect"),
            ("probed", "Can Be Looked Up"),
            ("manual", "A Person Decides"),
        ],
        readonly=True,
        help="How an unknown outcome is settled.",
    )
    idempotency_key = fields.Char(readonly=True)
    outcome = fields.Selection(
        [
            ("done", "Done"),
            ("failed", "Refused"),
            ("retry", "To Be Tried Again"),
            ("unknown", "Unknown"),
        ],
        readonly=True,
        help="Empty while it is under way, and when the worker died.",
    )
    settle_at = fields.Datetime(
        readonly=True,
        help="When an unknown outcome can be settled; empty: a person decides.",
    )
    request = fields.Binary(
        attachment=False,
        readonly=True,
        groups="connector_hub.group_hub_operator",
        help="What was sent, compressed.",
    )
    error = fields.Text(readonly=True)
    worker = fields.Char(readonly=True)

    _key_idx = models.Index("(idempotency_key) WHERE idempotency_key IS NOT NULL")

    # === WRITING ===#

    @api.private
    def open(self, operation, tasks):
        """Put tries on file that are about to begin; the caller commits."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_attempt
                       (message_id, number, started_at, operation, safety, settle_at,
                        idempotency_key, request, worker)
                SELECT n.id, n.number, t.now, %s, %s,
                       CASE WHEN %s = 'manual' THEN NULL
                            ELSE t.now + make_interval(secs => %s) END,
                       n.key, n.request, %s
                  FROM unnest(%s::int[], %s::int[], %s::text[], %s::bytea[])
                       AS n(id, number, key, request),
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) AS t
             RETURNING id, message_id
                """,
                operation.name,
                operation.safety.value,
                operation.safety.value,
                operation.visible_after,
                f"{socket.gethostname()}:{os.getpid()}",
                [task.message_id for task in tasks],
                [task.attempts for task in tasks],
                [task.idempotency_key for task in tasks],
                [_request(task) for task in tasks],
            )
        )
        found = {message_id: row for row, message_id in self.env.cr.fetchall()}
        for task in tasks:
            task.attempt_id = found[task.message_id]

    @api.private
    def close(self, rows):
        """Note what became of tries.

        :param rows: [(attempt id, outcome, error text or None)]
        """
        if not rows:
            return
        ids, outcomes, errors = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_attempt a
                   SET outcome = n.outcome, error = n.error,
                       ended_at = clock_timestamp() AT TIME ZONE 'UTC'
                  FROM unnest(%s::int[], %s::text[], %s::text[])
                       AS n(id, outcome, error)
                 WHERE a.id = n.id
                """,
                ids,
                outcomes,
                errors,
            )
        )

    @api.private
    def note_failed(self, tasks):
        """Put tries on file that have failed, with what they failed of."""
        if not tasks:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_attempt (message_id, number, started_at, ended_at,
                                         outcome, error, worker)
                SELECT n.id, n.number, t.now, t.now, n.outcome, n.error, %s
                  FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[])
                       AS n(id, number, outcome, error),
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) AS t
                """,
                f"{socket.gethostname()}:{os.getpid()}",
                [task.message_id for task in tasks],
                [task.attempts for task in tasks],
                ["retry" if _heals(task.error) else "failed" for task in tasks],
                [task.error.text.replace("\0", "") for task in tasks],
            )
        )

    # === READING ===#

    @api.private
    def recall(self, tasks):
        """Fill tasks with what their last try sent, and how it can be settled."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (a.message_id)
                       a.message_id, a.safety, a.request,
                       extract(epoch FROM a.settle_at - t.now),
                       extract(epoch FROM t.now - min(a.started_at) OVER (
                           PARTITION BY a.message_id, a.idempotency_key))
                  FROM hub_attempt a
                  JOIN hub_message m ON m.id = a.message_id
                   AND m.idempotency_key = a.idempotency_key,
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) AS t
                 WHERE a.message_id = ANY(%s)
              ORDER BY a.message_id, a.id DESC
                """,
                [task.message_id for task in tasks],
            )
        )
        found = {row[0]: row[1:] for row in self.env.cr.fetchall()}
        for task in tasks:
            safety, request, task.settles_in, task.age = found[task.message_id]
            task.safety = Safety(safety)
            content = unpacked(request)
            for name in SENT:
                setattr(task, name, content[name])

    @api.private
    def pushes_of(self, key):
        """Return the pushes of a call, as they were, by the key they share."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (message_id) request FROM hub_attempt
                 WHERE idempotency_key = %s ORDER BY message_id, id
                """,
                key,
            )
        )
        calls = [unpacked(row[0]) for row in self.env.cr.fetchall()]
        return [
            Push(
                call["record"],
                call["action"],
                key,
                call["payload"],
                call["remote_id"],
                call["changed"],
                again=True,
            )
            for call in calls
        ]


def _heals(error):
    return isinstance(error, TransientError | AuthError)


def _request(task):
    content = {name: getattr(task, name) for name in SENT}
    content["record"] = task.key_in_call
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return zlib.compress(text.encode(), ZLIB_LEVEL)


def unpacked(request):
    """Return what a try keeps of its task, see ``SENT``."""
    return json.loads(zlib.decompress(request))
