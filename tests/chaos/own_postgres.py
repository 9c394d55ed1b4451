# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A second PostgreSQL server, which a test may stop while Odoo works with it."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from harness import embedded, paths, postgres, process


def _cluster(folder: Path) -> ModuleType:
    """The harness's module about the embedded server, for another folder."""
    spec = importlib.util.spec_from_file_location(
        "harness.embedded_elsewhere", embedded.__file__
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names = {"CLUSTER": "cluster", "STATE": "server.json", "LOG": "server.log"}
    for name, inside in names.items():
        setattr(module, name, folder / inside)
    module.FOLDER = folder  # type: ignore[attr-defined]
    return module


class OwnPostgres:
    """Starts again on the same port; ``crash`` ends it as a power cut does."""

    def __init__(self, folder: Path) -> None:
        self._module = _cluster(folder)
        server = self._module._start()
        self.dsn = postgres.Dsn("127.0.0.1", server.port, server.user, server.password)

    def crash(self) -> None:
        """End it at once: sessions are cut off, it has to recover when it starts."""
        pid = self._pid()
        os.kill(pid, signal.SIGQUIT)
        process.poll(lambda: self._module._is_gone(pid), 60, "PostgreSQL stop")

    def start(self) -> None:
        command = [self._module._binary("postgres"), "-D", str(self._module.CLUSTER)]
        command += ["-p", str(self.dsn.port)]
        for name, value in self._module.SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        with self._module.LOG.open("ab") as log:
            subprocess.Popen(
                self._module._unprivileged(command),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process.poll(self._accepts, 60, "PostgreSQL start")

    def stop(self) -> None:
        self._module._stop()

    def copy(self, source: str, name: str) -> None:
        """Bring a database over from the server of the checkout."""
        connection = self.dsn.connect()
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        dump = subprocess.Popen(
            [self._module._binary("pg_dump"), "-Fc", "-Z0", source],
            env={**os.environ, **postgres.ensure().environment()},
            stdout=subprocess.PIPE,
        )
        restore = [self._module._binary("pg_restore"), "--no-owner", "-d", name]
        done = subprocess.run(
            restore,
            stdin=dump.stdout,
            env={**os.environ, **self.dsn.environment()},
            capture_output=True,
            text=True,
        )
        if dump.wait() or done.returncode:
            raise RuntimeError(done.stderr[-2000:])

    def _pid(self) -> int:
        text = (self._module.CLUSTER / "postmaster.pid").read_text()
        return int(text.split()[0])

    def _accepts(self) -> bool:
        server = self._module.Server(self.dsn.port, 0, self.dsn.password)
        return bool(self._module._accepts(server))


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    folder = paths.folder(paths.DATA / "chaos")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        os.chmod(name, 0o755)  # noqa: S103 - PostgreSQL runs as another user
        server = OwnPostgres(Path(name))
        try:
            yield server
        finally:
            server.stop()
