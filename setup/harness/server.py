# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real Odoo server: prefork workers, cron, the job runner, one database."""

import configparser
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import requests

from . import conf, paths, postgres, process
from .front import Front

CHANNELS = "root:4,root.hub:4,root.hub.realtime:2,root.hub.default:1,root.hub.batch:1"


class OdooServer:
    """Runs the odoo script on a database until stopped.

    ``env`` adds environment variables, ``extra_conf`` options of odoo.conf. The server
    runs in its own process group, which ends as a whole. A second server on the same
    database needs a ``name``; ``jobs_port`` is where the runner sends jobs to, when
    that is not this server.
    """

    login = "admin"
    password = "admin"

    def __init__(
        self,
        db: str,
        workers: int = 2,
        env: Mapping[str, str] | None = None,
        extra_conf: Mapping[str, str] | None = None,
        channels: str = CHANNELS,
        cron_threads: int = 1,
        name: str = "",
        jobs_port: int = 0,
    ) -> None:
        self.db = db
        self.name = name or db
        self.port, self.gevent_port = process.free_ports(2)
        # Without the front: for measurements, and while only HTTP matters.
        self.direct_url = f"http://127.0.0.1:{self.port}"
        self._front = Front(self.port, self.gevent_port)
        self.log_path = paths.folder(paths.LOGS) / f"{self.name}.log"
        runner = {
            "channels": channels,
            "scheme": "http",
            "host": "127.0.0.1",
            "port": str(jobs_port or self.port),
        }
        self.conf_path = self._write_conf(workers, cron_threads, runner, extra_conf)
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "OdooServer":
        return self.start().wait_ready()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where browsers and other systems reach it; stays the same over restarts."""
        if not self._front.port:
            self._front.start()
        return f"http://127.0.0.1:{self._front.port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server is not started")
        return self._process.pid

    def keep_up(self) -> None:
        """Do what a service supervisor does: start it again when it gave up."""
        if self._process is not None and self._process.poll() is not None:
            self.stop()
            self.start()

    def start(self) -> "OdooServer":
        command = [str(paths.PYTHON), str(paths.ODOO_SCRIPT)]
        command += ["--config", str(self.conf_path)]
        self._process = process.spawn(command, self.log_path, env=self._env)
        return self

    def wait_ready(self, timeout: float = 120) -> "OdooServer":
        """Until the server answers with its database loaded."""
        process.poll(self._is_ready, timeout, f"Odoo ({self.log_path})")
        return self

    def stop(self) -> None:
        if self._process is not None:
            # The master ends its workers first; what is left of the group follows.
            process.end_group(self._process, grace=20)
            self._process = None

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._front.close()

    def restart(self) -> "OdooServer":
        self.stop()
        return self.start().wait_ready()

    def configure(self, **options: str) -> None:
        """Change options of odoo.conf; they hold from the next start on."""
        parser = configparser.RawConfigParser()
        parser.read(self.conf_path)
        parser["options"].update(options)
        with self.conf_path.open("w") as handle:
            parser.write(handle)

    def kill(self) -> None:
        """As a power cut: the master and every worker at once, no clean-up."""
        if self._process is not None:
            process.end_group(self._process, grace=0, how=signal.SIGKILL)
            self._process = None

    def workers(self) -> list[int]:
        """The master's children: HTTP, cron, live-chat and job runner workers."""
        return process.children(self.pid)

    def kill_workers(self) -> list[int]:
        """SIGKILL every worker; the master replaces them. Returns the dead ones."""
        killed = self.workers()
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return killed

    def log_tail(self, size: int = 4000) -> str:
        return self.log_path.read_text(errors="replace")[-size:]

    def _is_ready(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"Odoo ended:\n{self.log_tail()}")
        try:
            # The login page needs the registry and the asset bundles' registrations.
            return requests.get(f"{self.direct_url}/web/login", timeout=60).ok
        except requests.RequestException:
            return False

    def _write_conf(
        self,
        workers: int,
        cron_threads: int,
        runner: Mapping[str, str],
        extra: Mapping[str, str] | None,
    ) -> Path:
        options = {
            "workers": str(workers),
            "max_cron_threads": str(cron_threads),
            "http_port": str(self.port),
            "gevent_port": str(self.gevent_port),
            "server_wide_modules": "base,rpc,web,queue_job,connector_hub",
            "limit_time_cpu": "600",
            "limit_time_real": "1200",
            # A sandbox has no reason to answer to the outside.
            "proxy_mode": "False",
            **(extra or {}),
        }
        path = paths.DATA / "conf" / f"{self.name}.conf"
        return conf.write(path, postgres.ensure(), self.db, options, runner)
