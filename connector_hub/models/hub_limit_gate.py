# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The gate every remote call passes: one row per limit key, shared by all workers.

::

    closed --429--> paused ---.
       ^ \\                     >-- retry_at comes, one worker wins --> half_open
       |  `--n failures--> open                                            |
       `------------------- the call of that worker succeeds -------------'
                            (it fails: open, for longer; 429: paused)

Each step is one statement in a READ COMMITTED transaction of its own, so that what
one worker learned binds the others at once. While all is well nothing is written and
a worker looks at most once a second.
"""

import random
import time
import uuid
from dataclasses import dataclass

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from ..cursor import read_committed
from ..exceptions import CircuitOpen, RateLimited, Unavailable

#: seconds for which "nothing is wrong" is believed without looking
MEMORY = 1.0
#: seconds a call waits for its turn rather than to fail; shorter pauses stop nobody
PATIENCE = 5.0
LOOK_EVERY = 0.2
#: seconds after which a trying call counts as lost; a call takes 35 and what it reads
PROBE_SECONDS = 60
#: how soon to come back while another worker is trying
PROBE_PAUSE = 2.0
LONGEST_PAUSE = 900
NOW = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")

#: {(database, key): (when it was looked at, failures so far)} of what is closed
_closed = {}


@dataclass(frozen=True)
class GateSettings:
    """What a backend says about its limits.

    :param failures: calls that fail in a row before nobody calls any more
    :param seconds: for how long, the first time
    :param rate: calls per second, 0 for no limit of ours
    :param burst: calls at once
    """

    failures: int = 5
    seconds: float = 30
    rate: float = 0
    burst: int = 0


def forget():
    """Look at the state again before the next call."""
    _closed.clear()


class LimitGate:
    """A ``http_client.Gate`` on ``hub.limit``; belongs to one HTTP client."""

    def __init__(self, registry, key, settings):
        self._registry = registry
        self._key = key
        self._settings = settings
        self._memory = (registry.db_name, key)
        self._probe = None

    # === THE PROTOCOL ===#

    def before(self):
        """Wait a moment for a free way, or raise; return True for the trying call."""
        self._probe = None
        if not self._remembered():
            self._patiently(self._enter)
        if self._settings.rate > 0:
            self._patiently(self._take)
        return self._probe is not None

    def after(self, error):
        """Tell all workers what became of the call."""
        if isinstance(error, RateLimited):
            self._pause(error)
        elif isinstance(error, Unavailable):
            self._count(error)
        elif self._probe:
            self._close()
        elif self._failures():
            self._forgive()
        self._probe = None

    # === BEFORE ===#

    def _remembered(self):
        seen = _closed.get(self._memory)
        return seen is not None and time.monotonic() - seen[0] < MEMORY

    def _failures(self):
        return _closed.get(self._memory, (0, 0))[1]

    def _remember(self, failures):
        _closed[self._memory] = (time.monotonic(), failures)

    def _patiently(self, step):
        """Repeat ``step`` until it returns no error, for a short time."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with read_committed(self._registry) as cr:
                error, seconds = step(cr)
            if error is None:
                return
            if time.monotonic() + min(seconds, LOOK_EVERY) > deadline or (
                seconds > PATIENCE
            ):
                raise error
            time.sleep(min(seconds, LOOK_EVERY) + random.uniform(0.01, 0.05))

    def _enter(self, cr):
        """Return (None, 0) to whom the way is free; (error, seconds) otherwise."""
        row = self._read(cr)
        if row is None or row[0] == "closed":
            self._remember(row[1] if row else 0)
            return None, 0
        state, _failures, left, reason, broken = row
        if left <= 0 and self._win(cr):
            return None, 0
        if state == "half_open" or left <= 0:
            left = PROBE_PAUSE
        kind = CircuitOpen if broken else RateLimited
        text = reason or "The remote asked for a pause."
        code = "circuit_open" if broken else "paused"
        options = {"sent": False} if broken else {}
        return kind(text, seconds=left, code=code, **options), left

    def _read(self, cr):
        cr.execute(
            SQL(
                "SELECT state, failures,"
                " extract(epoch FROM retry_at - %s)::float8, reason, openings > 0"
                " FROM hub_limit WHERE limit_key = %s",
                NOW,
                self._key,
            )
        )
        return cr.fetchone()

    def _win(self, cr):
        """Try to become the one that finds out; only one of all workers does."""
        probe = uuid.uuid4().hex
        cr.execute(
            SQL(
                """
                UPDATE hub_limit
                   SET state = 'half_open', probe_token = %(probe)s,
                       retry_at = %(now)s + make_interval(secs => %(seconds)s)
                 WHERE limit_key = %(key)s AND state <> 'closed'
                   AND retry_at <= %(now)s
             RETURNING id
                """,
                probe=probe,
                now=NOW,
                seconds=PROBE_SECONDS,
                key=self._key,
            )
        )
        if cr.fetchone():
            self._probe = probe
        return self._probe is not None

    def _take(self, cr):
        """Take a token of the bucket, which fills at ``rate`` and holds ``burst``."""
        rate, burst = self._settings.rate, max(self._settings.burst, 1)
        self._ensure(cr)
        cr.execute(
            SQL(
                """
                UPDATE hub_limit l
                   SET tokens = CASE WHEN b.level >= 1 THEN b.level - 1
                                ELSE b.level END,
                       tokens_at = b.now
                  FROM (SELECT id, now, least(%(burst)s, coalesce(tokens
                               + %(rate)s * extract(epoch FROM now - tokens_at),
                               %(burst)s)) AS level
                          FROM hub_limit, (SELECT %(now)s AS now) AS clock
                         WHERE limit_key = %(key)s
                           FOR NO KEY UPDATE OF hub_limit) AS b
                 WHERE l.id = b.id
             RETURNING b.level
                """,
                burst=burst,
                rate=rate,
                now=NOW,
                key=self._key,
            )
        )
        level = float(cr.fetchone()[0])
        if level >= 1:
            return None, 0
        seconds = max((1 - level) / rate, 0.01)
        error = RateLimited(
            "The limit of calls per second is used up.", seconds=seconds, code="bucket"
        )
        return error, seconds

    # === AFTER ===#

    def _pause(self, error):
        self._write(
            SQL(
                """
                UPDATE hub_limit
                   SET state = 'paused', reason = %(reason)s, failures = 0,
                       openings = 0, probe_token = NULL,
                       opened_at = CASE WHEN state = 'closed' THEN %(now)s
                                   ELSE coalesce(opened_at, %(now)s) END,
                       retry_at = greatest(
                           %(now)s + make_interval(secs => %(seconds)s),
                           CASE WHEN state IN ('paused', 'open') THEN retry_at END)
                 WHERE limit_key = %(key)s
             RETURNING extract(epoch FROM retry_at - %(now)s)::float8
                """,
                reason=error.message,
                now=NOW,
                seconds=error.seconds,
                key=self._key,
            )
        )

    def _count(self, error):
        """Count a failure; stop everybody when it is one too many."""
        seconds = self._write(
            SQL(
                """
                UPDATE hub_limit l
                   SET failures = l.failures + 1, reason = %(reason)s,
                       state = CASE WHEN o.opens THEN 'open' ELSE l.state END,
                       openings = l.openings + o.opens::int,
                       probe_token = CASE WHEN o.opens THEN NULL
                                     ELSE l.probe_token END,
                       opened_at = CASE WHEN o.opens AND l.state = 'closed'
                                   THEN %(now)s ELSE l.opened_at END,
                       retry_at = CASE WHEN o.opens
                           THEN %(now)s + make_interval(secs => greatest(%(asked)s,
                                %(jitter)s * least(%(longest)s,
                                %(first)s * 2 ^ least(l.openings, 20))))
                           ELSE l.retry_at END
                  FROM (SELECT id, coalesce(probe_token, '') = %(probe)s
                               OR (state = 'closed' AND failures + 1 >= %(limit)s)
                               AS opens
                          FROM hub_limit WHERE limit_key = %(key)s
                           FOR NO KEY UPDATE) AS o
                 WHERE l.id = o.id
             RETURNING CASE WHEN o.opens
                       THEN extract(epoch FROM l.retry_at - %(now)s)::float8 END
                """,
                reason=error.message,
                now=NOW,
                asked=error.seconds,
                jitter=random.uniform(0.8, 1),
                longest=max(LONGEST_PAUSE, self._settings.seconds),
                first=self._settings.seconds,
                probe=self._probe or "nobody",
                limit=max(self._settings.failures, 1),
                key=self._key,
            )
        )
        if self._probe:
            # the record it was for is not to blame: others would have failed as well
            raise CircuitOpen(
                error.message,
                remedy=error.remedy,
                code=error.code,
                sent=error.sent,
                seconds=max(seconds or 0, PROBE_PAUSE),
            ) from error

    def _close(self):
        """It works again: whoever was put off may go on."""
        self._write(
            SQL(
                "UPDATE hub_limit SET state = 'closed', failures = 0, openings = 0,"
                " probe_token = NULL, retry_at = NULL, opened_at = NULL, reason = NULL"
                " WHERE limit_key = %s AND probe_token = %s RETURNING 0",
                self._key,
                self._probe,
            ),
            at_once=True,
        )

    def _forgive(self):
        self._write(
            SQL(
                "UPDATE hub_limit SET failures = 0 WHERE limit_key = %s"
                " AND state = 'closed' AND failures > 0 RETURNING NULL",
                self._key,
            )
        )

    def _write(self, statement, at_once=False):
        """Change the row; have everybody go on when its pause is over.

        :param statement: returns the seconds until then, or NULL when nobody pauses
        """
        with read_committed(self._registry) as cr:
            self._ensure(cr)
            cr.execute(statement)
            (seconds,) = cr.fetchone() or (None,)
            if seconds is not None and (at_once or seconds > PATIENCE):
                flows = api.Environment(cr, SUPERUSER_ID, {})["hub.flow"]
                flows._watch_at(self._key, seconds)
        _closed.pop(self._memory, None)
        return seconds

    def _ensure(self, cr):
        cr.execute(
            SQL(
                "INSERT INTO hub_limit (limit_key, state, failures, openings)"
                " VALUES (%s, 'closed', 0, 0) ON CONFLICT (limit_key) DO NOTHING",
                self._key,
            )
        )
