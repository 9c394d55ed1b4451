# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``python connector_shopify/tests/simulator``: see command.py.

The package is loaded under a name of its own, so that neither the addon nor Odoo is
imported, and the folder is taken off the path, where its modules would hide others.
"""

import importlib.util
import sys
from pathlib import Path

NAME = "shopify_simulator"


def load() -> None:
    folder = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != folder]
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(NAME)
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    load()
    from shopify_simulator.command import main

    sys.exit(main())
