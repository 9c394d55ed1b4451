# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""npm packages that tests compare with, fetched once into .cache/npm-packages."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from . import paths

FOLDER = paths.ROOT / ".cache" / "npm-packages"


def package(name: str, version: str) -> Path:
    """Return the folder of a package; a test without npm or network is skipped."""
    folder = FOLDER / f"{name.replace('/', '+')}-{version}"
    try:
        if not (folder / "package.json").exists():
            _fetch(f"{name}@{version}", folder)
        found = json.loads((folder / "package.json").read_text())["version"]
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm cannot fetch {name}@{version}: {error}")
    if found != version:
        raise ValueError(f"{folder} holds version {found}")
    return folder


def _fetch(wanted: str, folder: Path) -> None:
    """Unpack into a folder of our own first: other runs may do the same just now."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    own = paths.folder(paths.DATA / "npm" / folder.name)
    command = ["npm", "pack", wanted, "--silent", "--pack-destination", str(own)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (tarball,) = own.glob("*.tgz")
    with tarfile.open(tarball) as archive:
        archive.extractall(own, filter="data")
    tarball.unlink()
    if not folder.exists():
        shutil.move(str(own / "package"), str(folder))
    shutil.rmtree(own, ignore_errors=True)


def node(folder: Path, script: str, *arguments: str) -> Any:
    """Run a script that reports to nobody; return the JSON it prints."""
    environment = {**os.environ, "OPT_OUT_INSTRUMENTATION": "true"}
    command = ["node", str(folder / script), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, timeout=120
    )
    return json.loads(done.stdout)
