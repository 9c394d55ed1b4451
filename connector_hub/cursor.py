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

from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo.sql_db import Cursor


@contextmanager
def read_committed(registry: Any) -> Iterator[Any]:
    """Yield a cursor of its own in READ COMMITTED; commits at the end."""
    with registry.cursor() as cr:
        # a test's cursor lives inside another transaction, whose level is fixed
        if isinstance(cr, Cursor):
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield cr


def by_statement(cr: Any) -> None:
    """Have each call of ``execute`` be a READ COMMITTED transaction of its own.

    The server begins and ends it, which saves two of three round trips; statements sent
    in one call belong together. Ends the present transaction. For as long as the cursor
    lives, or until :func:`by_transaction`: whoever borrows a connection resets it.
    Nothing of this reaches a test's cursor, which lives inside another transaction.
    """
    if not isinstance(cr, Cursor):
        return
    # most times nothing was asked yet, and there is none to end
    if cr.connection.get_transaction_status() != TRANSACTION_STATUS_IDLE:
        cr.rollback()
    cr.connection.autocommit = True


def by_transaction(cr: Any) -> None:
    """Have transactions again that end with a commit, after :func:`by_statement`."""
    if isinstance(cr, Cursor):
        cr.connection.autocommit = False
