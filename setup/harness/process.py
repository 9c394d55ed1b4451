# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Starting, watching and ending processes, always by their own id."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TypeVar

from . import paths

REGISTER = paths.DATA / "processes"

T = TypeVar("T")


class Timeout(Exception):
    """Something did not happen before its deadline."""


def poll(
    probe: Callable[[], T | None], timeout: float, what: str, interval: float = 0.1
) -> T:
    """Call ``probe`` until it returns something true, and return that."""
    deadline = time.monotonic() + timeout
    while True:
        if result := probe():
            return result
        if time.monotonic() > deadline:
            raise Timeout(f"{what}: not within {timeout:.0f} s")
        time.sleep(interval)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def free_ports(count: int) -> list[int]:
    """Distinct free ports: all are held until the last one is known."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] != "Z"
    return True


def children(pid: int) -> list[int]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = (line.split() for line in listing.stdout.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def spawn(
    command: Sequence[str],
    output: Path,
    errors: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a process in a group of its own, to be ended with ``end_group``."""
    for path in (output, errors or output):
        paths.folder(path.parent)
    with output.open("ab") as out, (errors or output).open("ab") as err:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=paths.ROOT,
            env=env,
            start_new_session=True,
        )
    note = {"owner": os.getpid(), "command": list(command)}
    _note(started.pid).write_text(json.dumps(note))
    return started


def end_group(
    process: "subprocess.Popen[bytes]", grace: float = 15, how: int = signal.SIGTERM
) -> None:
    """End a spawned process, with everything it started."""
    if process.poll() is None:
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    _kill_group(process.pid)
    process.wait()
    _note(process.pid).unlink(missing_ok=True)


def sweep() -> None:
    """End what processes of this checkout left that were killed themselves."""
    for note in REGISTER.glob("*.json"):
        try:
            left = json.loads(note.read_text())
        except (OSError, ValueError):
            continue
        if is_alive(left["owner"]):
            continue
        pid = int(note.stem)
        # The number may have been given to a stranger since.
        if _command_of(pid) == left["command"]:
            _kill_group(pid)
        note.unlink(missing_ok=True)


def _note(pid: int) -> Path:
    return paths.folder(REGISTER) / f"{pid}.json"


def _command_of(pid: int) -> list[str]:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return raw.decode(errors="replace").split("\0")[:-1]


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process of this checkout at a time is inside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def exit_on_signals() -> None:
    """End through SystemExit, so that ``finally`` and atexit clean up."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
