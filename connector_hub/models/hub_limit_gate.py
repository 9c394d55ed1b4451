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

from ..cursor import read_committed
from ..exceptions import CircuitOpen, RateLimited, Unavailable
from . import hub_limit_sql as sql

#: seconds for which "nothing is wrong" is believed without looking
MEMORY = 1.0
#: seconds a call waits for its turn rather than to fail; shorter pauses stop nobody
PATIENCE = 5.0
LOOK_EVERY = 0.2
#: how soon to come back while another worker is trying
PROBE_PAUSE = 2.0

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
            self._write(sql.pause(self._key, error))
        elif isinstance(error, Unavailable):
            self._count(error)
        elif self._probe:
            self._write(sql.close(self._key, self._probe), at_once=True)
        elif self._failures():
            self._write(sql.forgive(self._key))
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
        cr.execute(sql.read(self._key))
        row = cr.fetchone()
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

    def _win(self, cr):
        """Try to become the one that finds out; only one of all workers does."""
        probe = uuid.uuid4().hex
        cr.execute(sql.win(self._key, probe))
        if cr.fetchone():
            self._probe = probe
        return self._probe is not None

    def _take(self, cr):
        """Return (None, 0) to whom a token was left; (error, seconds) otherwise."""
        rate, burst = self._settings.rate, max(self._settings.burst, 1)
        cr.execute(sql.ensure(self._key))
        cr.execute(sql.take(self._key, rate, burst))
        level = float(cr.fetchone()[0])
        if level >= 1:
            return None, 0
        seconds = max((1 - level) / rate, 0.01)
        error = RateLimited(
            "The limit of calls per second is used up.", seconds=seconds, code="bucket"
        )
        return error, seconds

    # === AFTER ===#

    def _count(self, error):
        """Count a failure; stop everybody when it is one too many."""
        probe = self._probe or "nobody"
        seconds = self._write(sql.count(self._key, error, self._settings, probe))
        if self._probe:
            # the record it was for is not to blame: others would have failed as well
            raise CircuitOpen(
                error.message,
                remedy=error.remedy,
                code=error.code,
                sent=error.sent,
                seconds=max(seconds or 0, PROBE_PAUSE),
            ) from error

    def _write(self, statement, at_once=False):
        """Change the row; have everybody go on when its pause is over.

        :param statement: returns the seconds until then, or NULL when nobody pauses
        """
        with read_committed(self._registry) as cr:
            cr.execute(sql.ensure(self._key))
            cr.execute(statement)
            (seconds,) = cr.fetchone() or (None,)
            if seconds is not None and (at_once or seconds > PATIENCE):
                flows = api.Environment(cr, SUPERUSER_ID, {})["hub.flow"]
                flows._watch_at(self._key, seconds)
        _closed.pop(self._memory, None)
        return seconds
