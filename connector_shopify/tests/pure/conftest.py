# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Load the simulator under a name of its own, so that pure tests import no Odoo."""

import importlib.util
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def _load(name: str, folder: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


if "shopify_simulator" not in sys.modules:
    _load("shopify_simulator", TESTS / "simulator")
