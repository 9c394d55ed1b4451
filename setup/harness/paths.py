# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where things are in this checkout."""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".data"
LOGS = DATA / "log"
VENV = ROOT / ".venv"
PYTHON = Path(sys.executable)
ODOO_SCRIPT = VENV / "bin" / "odoo"

# Addons of the suite that exist in this checkout, in the order of installation.
ADDON_NAMES = ("connector_hub", "connector_shopify")
# Those that install themselves beside a further Odoo app, which nothing else needs.
GLUE_NAMES = ("connector_hub_mrp",)
# Addons that exist for tests only, such as a connector of an imaginary system.
TEST_ADDONS = ROOT / "tests" / "addons"


def addons() -> list[str]:
    return [name for name in ADDON_NAMES if (ROOT / name / "__manifest__.py").is_file()]


def glue() -> list[str]:
    return [name for name in GLUE_NAMES if (ROOT / name / "__manifest__.py").is_file()]


def test_addons() -> list[str]:
    return sorted(path.parent.name for path in TEST_ADDONS.glob("*/__manifest__.py"))


def checkout_key() -> str:
    """Tells two checkouts apart that share one PostgreSQL."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]


def folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
