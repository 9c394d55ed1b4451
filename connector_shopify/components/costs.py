# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long a page of a document may be, as computed by setup/shopify_costs."""

from __future__ import annotations

import json
from functools import cache

from ..const import MAX_PAGE
from .queries import FOLDER


@cache
def page_length(name: str) -> int:
    """Return the longest page of ``graphql/<name>.graphql`` within 1,000 points."""
    stated = json.loads((FOLDER / "costs.json").read_text())
    return int(stated.get(name, {}).get("size", MAX_PAGE))
