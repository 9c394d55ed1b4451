# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The JSON Schema of every document, as published in ``documents/schema``."""

from __future__ import annotations

import json
from typing import Any

from . import DOCUMENTS, SCHEMA_VERSION


def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the document ``name``."""
    schema = DOCUMENTS[name].model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "version": SCHEMA_VERSION,
        **schema,
    }


def rendered(name: str) -> str:
    """Return the text of ``schema/<name>.json``."""
    return json.dumps(json_schema(name), indent=2, sort_keys=True) + "\n"
