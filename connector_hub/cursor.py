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

from odoo.sql_db import Cursor


@contextmanager
def read_committed(registry: Any) -> Iterator[Any]:
    """Yield a cursor of its own in READ COMMITTED; commits at the end."""
    with registry.cursor() as cr:
        # a test's cursor lives inside another transaction, whose level is fixed
        if isinstance(cr, Cursor):
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield cr


@contextmanager
def by_statement(cr: Any) -> Iterator[None]:
    """Have each call of ``execute`` be a READ COMMITTED transaction of its own.

    The server begins and ends it, which saves two of three round trips; statements sent
    in one call belong together. Ends the present transaction. Nothing of it reaches a
    test's cursor, which lives inside another transaction: commit afterwards.
    """
    cr.rollback()
    if not isinstance(cr, Cursor):
        yield
        return
    cr.connection.autocommit = True
    try:
        yield
    finally:
        if not cr.connection.closed:
            cr.connection.autocommit = False
