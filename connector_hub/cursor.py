# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Short transactions beside Odoo's own.

Odoo's cursors are REPEATABLE READ: right for business data, wrong for bookkeeping
that many workers share (leases, wake-ups, counters), where each statement must see
what others committed a moment ago and a lost race is an answer, not an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo.sql_db import Cursor


@contextmanager
def read_committed(registry: Any) -> Iterator[Any]:
    """Yield a cursor of its own in READ COMMITTED; commits at the end."""
    with registry.cursor() as cr:
        # a test's cursor lives inside another transaction, whose level is fixed
        if isinstance(cr, Cursor):
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield cr


def turn_read_committed(cr: Any) -> None:
    """Have the next transactions of a cursor read what others committed meanwhile.

    Ends the present transaction. Cheaper than a cursor of its own, where nothing else
    is done with this one: no second connection, no statement to set the level.
    """
    cr.rollback()
    if isinstance(cr, Cursor):
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
