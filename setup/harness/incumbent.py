# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OCA's ``shopify_connector``, beside which ours must install; for tests only.

Its wheel (AGPL) is fetched from the package index into the git-ignored cache, and is
no part of the suite nor of its environment.
"""

import subprocess
import zipfile
from pathlib import Path

from harness import paths

PACKAGE = "odoo-addon-shopify-connector==19.0.1.1.0.4"
NAME = "shopify_connector"
CACHE = paths.ROOT / ".cache" / "incumbent"
#: seconds
PATIENCE = 180


def addons_path() -> Path:
    """Return the folder that contains the addon; fetch it if need be."""
    folder = CACHE / PACKAGE.rpartition("=")[2]
    if not (folder / "odoo" / "addons" / NAME / "__manifest__.py").is_file():
        paths.folder(folder)
        command = [str(paths.PYTHON), "-m", "pip", "download", "--no-deps", "--quiet"]
        subprocess.run(
            [*command, "--dest", str(folder), PACKAGE], check=True, timeout=PATIENCE
        )
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder / "odoo" / "addons"
