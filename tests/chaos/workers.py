# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo in several processes at once: real connections, real commits, real deaths.

The registry is loaded here once; workers are forked from this process and open
connections of their own.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from typing import Any

CONTEXT = multiprocessing.get_context("fork")
#: seconds after which a worker that should have answered is given up
PATIENCE = 60


def load(configuration: str, database: str) -> Any:
    """Return the registry of a database."""
    import odoo.tools
    from odoo.modules.module import initialize_sys_path
    from odoo.modules.registry import Registry

    # the plugin of the harness has replaced the path that this would protect
    initialize_sys_path.called = True
    odoo.tools.config.parse_config(["--config", configuration, "--log-level=warn"])
    return Registry(database)


def until(probe: Callable[[], Any], what: str) -> Any:
    """Wait until ``probe()`` is true; return it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.05)
    raise TimeoutError(what)


class Worker:
    """``function(env, *arguments)`` in a process; its answer is sent back."""

    def __init__(self, registry: Any, function: Callable[..., Any], *arguments: Any):
        self._answer, sender = CONTEXT.Pipe(duplex=False)
        target = (registry, function, arguments, sender)
        self._process = CONTEXT.Process(target=_work, args=target, daemon=True)
        self._process.start()
        sender.close()

    def result(self) -> Any:
        """Wait for the answer; raise what the function raised."""
        if not self._answer.poll(PATIENCE):
            self.kill()
            raise TimeoutError("a worker did not answer")
        fine, value = self._answer.recv()
        self._process.join(PATIENCE)
        if not fine:
            raise RuntimeError(value)
        return value

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.join(PATIENCE)

    def died(self) -> bool:
        """Wait for its end; return whether it was killed."""
        self._process.join(PATIENCE)
        return (self._process.exitcode or 0) < 0


def _work(registry: Any, function: Any, arguments: Any, sender: Any) -> None:
    from odoo import SUPERUSER_ID, api

    try:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            value = function(env, *arguments)
        sender.send((True, value))
    except BaseException as error:  # noqa: B036 - whatever it is, the parent tells it
        sender.send((False, f"{type(error).__name__}: {error}"))
    sender.close()
    # no clean-up: what the parent had open is the parent's
    os._exit(0)


class Crew:
    """Starts workers on one database, and ends those a test left."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self._workers: list[Worker] = []

    def start(self, function: Callable[..., Any], *arguments: Any) -> Worker:
        from odoo import sql_db

        # a connection must not be shared with the child
        sql_db.close_all()
        worker = Worker(self.registry, function, *arguments)
        self._workers.append(worker)
        return worker

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function in a worker of its own, to the end."""
        return self.start(function, *arguments).result()

    def together(self, count: int, function: Callable[..., Any], *rest: Any) -> list:
        """Run ``function(env, meet, number, *rest)`` in many workers at once.

        ``meet()`` returns when all of them have called it.
        """
        barrier = CONTEXT.Barrier(count, timeout=PATIENCE)
        workers = [
            self.start(function, barrier.wait, number, *rest) for number in range(count)
        ]
        return [worker.result() for worker in workers]

    def end(self) -> None:
        for worker in self._workers:
            worker.kill()
