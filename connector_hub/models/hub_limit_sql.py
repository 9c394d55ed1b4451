# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The statements by which gates change ``hub_limit``, each a step of its own."""

import random

from odoo.tools import SQL

#: seconds after which a trying call counts as lost; a call takes 35 and what it reads
PROBE_SECONDS = 60
LONGEST_PAUSE = 900
NOW = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")


def ensure(key):
    return SQL(
        "INSERT INTO hub_limit (limit_key, state, failures, openings)"
        " VALUES (%s, 'closed', 0, 0) ON CONFLICT (limit_key) DO NOTHING",
        key,
    )


def read(key):
    """Return (state, failures, seconds until retry_at, reason, is a breaker)."""
    return SQL(
        "SELECT state, failures, extract(epoch FROM retry_at - %s)::float8, reason,"
        " openings > 0 FROM hub_limit WHERE limit_key = %s",
        NOW,
        key,
    )


def win(key, probe):
    """Become the one that finds out whether calls work; returns a row to it."""
    return SQL(
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
        key=key,
    )


def take(key, rate, burst):
    """Take a token of the bucket; returns how many there were, less than 1 is none."""
    return SQL(
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
        key=key,
    )


def pause(key, error):
    """Pause for as long as the remote asks; returns the seconds."""
    return SQL(
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
        key=key,
    )


def count(key, error, settings, probe):
    """Count a failure; returns the seconds of the pause it leads to, or NULL."""
    return SQL(
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
        longest=max(LONGEST_PAUSE, settings.seconds),
        first=settings.seconds,
        probe=probe,
        limit=max(settings.failures, 1),
        key=key,
    )


def close(key, probe):
    """The trying call has succeeded; returns 0 when it was the one that counts."""
    return SQL(
        "UPDATE hub_limit SET state = 'closed', failures = 0, openings = 0,"
        " probe_token = NULL, retry_at = NULL, opened_at = NULL, reason = NULL"
        " WHERE limit_key = %s AND probe_token = %s RETURNING 0",
        key,
        probe,
    )


def forgive(key):
    """Forget failures: a call has succeeded."""
    return SQL(
        "UPDATE hub_limit SET failures = 0 WHERE limit_key = %s"
        " AND state = 'closed' AND failures > 0 RETURNING NULL",
        key,
    )
