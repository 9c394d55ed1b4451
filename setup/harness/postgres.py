# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The PostgreSQL server that this checkout works with.

The one named by ``DATABASE_URL`` or ``PGHOST``, else the embedded one below .data,
which every process of this checkout shares: the first starts it, the last ends it.
"""

import atexit
import dataclasses
import functools
import json
import os
import secrets
import urllib.parse
from typing import Any

import psycopg2
from psycopg2 import sql

from . import embedded, paths, process


@dataclasses.dataclass(frozen=True)
class Dsn:
    """How to reach the server, as a role that may create databases."""

    host: str
    port: int
    user: str
    password: str

    def odoo_options(self) -> dict[str, str]:
        options = {"db_host": self.host, "db_port": str(self.port)}
        options["db_user"] = self.user
        if self.password:
            options["db_password"] = self.password
        return options

    def odoo_args(self) -> list[str]:
        return [f"--{key}={value}" for key, value in self.odoo_options().items()]

    def environment(self) -> dict[str, str]:
        """For psql, pg_dump and whatever else reads libpq's variables."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }

    def connect(self, database: str = "postgres") -> Any:
        """An autocommit connection (psycopg2 is not typed well enough to say more)."""
        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password or None,
            dbname=database,
            connect_timeout=10,
        )
        connection.autocommit = True
        return connection


@functools.cache
def ensure() -> Dsn:
    """A running server; the embedded one ends with the last process that asked."""
    given = _given_server()
    if given:
        return _own_role(given) if given.user == "postgres" else given
    server = embedded.acquire()
    atexit.register(embedded.release)
    return Dsn("127.0.0.1", server.port, server.user, server.password)


def stop() -> None:
    """Let go of the embedded server before this process ends."""
    embedded.release()
    ensure.cache_clear()


def _given_server() -> Dsn | None:
    if url := os.environ.get("DATABASE_URL"):
        parts = urllib.parse.urlsplit(url)
        return Dsn(
            parts.hostname or "127.0.0.1",
            parts.port or 5432,
            urllib.parse.unquote(parts.username or "postgres"),
            urllib.parse.unquote(parts.password or ""),
        )
    if host := os.environ.get("PGHOST"):
        return Dsn(
            host,
            int(os.environ.get("PGPORT", "5432")),
            os.environ.get("PGUSER", "postgres"),
            os.environ.get("PGPASSWORD", ""),
        )
    return None


def _own_role(admin: Dsn) -> Dsn:
    """Odoo refuses to work as 'postgres': make a role for this checkout."""
    path = paths.folder(paths.DATA) / "role.json"
    name = f"hub_{paths.checkout_key()}"
    with process.locked(paths.DATA / "role.lock"):
        if path.exists():
            password = str(json.loads(path.read_text())["password"])
        else:
            password = secrets.token_urlsafe(16)
            path.touch(0o600)
            path.write_text(json.dumps({"password": password}))
        with admin.connect() as connection, connection.cursor() as cursor:
            create_role(cursor, name, password)
    return dataclasses.replace(admin, user=name, password=password)


def create_role(cursor: Any, name: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    cursor.execute(
        sql.SQL("{} ROLE {} LOGIN CREATEDB PASSWORD {}").format(
            verb, sql.Identifier(name), sql.Literal(password)
        )
    )
