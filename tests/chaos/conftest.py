# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database of its own, shared by the tests; each makes its own backend."""

from collections.abc import Iterator
from typing import Any

import pytest
from harness import conf, database, paths, postgres
from workers import Crew, load


@pytest.fixture(scope="session")
def registry() -> Iterator[Any]:
    database.sweep()
    name = database.clone(database.own_name("chaos"), database.test_template())
    path = paths.DATA / "conf" / f"{name}.conf"
    try:
        conf.write(path, postgres.ensure(), name, conf.WITH_TESTS)
        yield load(str(path), name)
    finally:
        from odoo import sql_db

        sql_db.close_all()
        database.drop(name)
        path.unlink(missing_ok=True)


@pytest.fixture
def crew(registry: Any) -> Iterator[Crew]:
    crew = Crew(registry)
    yield crew
    crew.end()
