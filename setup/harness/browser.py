# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Debian's Chromium, driven by Playwright, with a home of its own."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from . import paths

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "apt-get install --no-install-recommends chromium"
# No sandbox: root and containers cannot have one, and it only sees our own pages.
# Nothing is fetched in the background: there may be no network.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str:
    """Chromium on the PATH; root on a machine with apt gets it installed."""
    if found := _on_path():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        if found := _on_path():
            return found
    raise RuntimeError(f"Chromium is missing. Install it, on Debian with: {INSTALL}")


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _install() -> None:
    print("- installing Chromium (.data/log/chromium.log)", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with (paths.folder(paths.LOGS) / "chromium.log").open("ab") as log:
        for command in ("apt-get update", f"{INSTALL} --yes --quiet"):
            subprocess.run(
                command.split(), env=environment, stdout=log, stderr=log, check=False
            )


@contextlib.contextmanager
def context(width: int = 1400, height: int = 900) -> Iterator[BrowserContext]:
    """A browser with an empty profile, which is deleted afterwards."""
    executable = chromium_path()
    with (
        tempfile.TemporaryDirectory(dir=paths.folder(paths.DATA)) as profile,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch_persistent_context(
            str(Path(profile) / "profile"),
            executable_path=executable,
            headless=True,
            args=list(FLAGS),
            env={**os.environ, "HOME": profile},
            viewport={"width": width, "height": height},
        )
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def page(width: int = 1400, height: int = 900) -> Iterator[Page]:
    """The only tab of a new browser."""
    with context(width, height) as browser:
        yield browser.pages[0] if browser.pages else browser.new_page()


def log_in(tab: Page, url: str, login: str = "admin", password: str = "admin") -> None:
    """Log in through the form, and wait for the web client."""
    tab.goto(f"{url}/web/login")
    tab.fill("input[name=login]", login)
    tab.fill("input[name=password]", password)
    tab.click("button[type=submit]")
    tab.wait_for_selector(".o_main_navbar", timeout=60_000)
