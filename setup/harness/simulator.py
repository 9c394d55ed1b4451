# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A simulated store: a process that answers like the remote system, over HTTP."""

import dataclasses
import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from . import paths, process


@dataclasses.dataclass
class Store:
    """A running simulator; ``info`` is everything it told about itself."""

    url: str
    info: dict[str, Any]
    log_path: Path
    _process: "subprocess.Popen[bytes]"

    @property
    def shop(self) -> str:
        return str(self.info["shop"])

    @property
    def client_id(self) -> str:
        return str(self.info["client_id"])

    @property
    def client_secret(self) -> str:
        return str(self.info["client_secret"])

    @property
    def access_token(self) -> str:
        return str(self.info["access_token"])

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        process.end_group(self._process, grace=5)

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    seed: int = 1,
    orders: int = 50,
    *extra: str,
    addon: str = "connector_shopify",
    port: int = 0,
    timeout: float = 60,
) -> Store:
    """Start an addon's simulator; ``extra`` are further options of its command."""
    folder = paths.ROOT / addon / "tests" / "simulator"
    command = [str(paths.PYTHON), str(folder), "--port", str(port)]
    command += ["--seed", str(seed), "--orders", str(orders), *extra]
    logs = paths.folder(paths.LOGS)
    stem = f"simulator_{os.getpid()}_{process.free_port()}"
    answer, log_path = logs / f"{stem}.json", logs / f"{stem}.log"
    running = process.spawn(command, answer, log_path)

    def told() -> dict[str, Any] | None:
        line, newline, _ = answer.read_text().partition("\n")
        if newline:
            return dict(json.loads(line))
        if running.poll() is not None:
            raise RuntimeError(f"the simulator ended:\n{log_path.read_text()[-3000:]}")
        return None

    try:
        info = process.poll(told, timeout, "simulator")
    except BaseException:
        process.end_group(running)
        raise
    finally:
        answer.unlink(missing_ok=True)  # it holds the credentials
    return Store(str(info["url"]), info, log_path, running)
