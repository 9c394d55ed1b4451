# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Metafield definitions: those of type ``id``, which records are found by."""

from __future__ import annotations

from typing import Any

from .errors import NotSimulated
from .product_rules import known_only, refused
from .run import Resolvers, Run

Object = dict[str, Any]

DEFINITION = {"namespace", "key", "name", "ownerType", "type", "pin"}


def _define(run: Run, obj: Object, args: dict[str, Any]) -> Object:
    values = known_only(args["definition"], DEFINITION, "MetafieldDefinitionInput")
    if values["type"] != "id":
        raise NotSimulated(f"metafield definition of type {values['type']}")
    name = (values["ownerType"], values.get("namespace"), values["key"])
    known = run.shop.metafield_definitions
    if name in known:
        message = (
            "Key is in use for Product metafields on the"
            f" '{values.get('namespace')}' namespace."
        )
        error = refused("TAKEN", message, "definition", "key")
        return {"createdDefinition": None, "userErrors": [error]}
    gid, _number = run.shop.generator.ids.next("MetafieldDefinition")
    known[name] = {"__typename": "MetafieldDefinition", "id": gid, **values}
    return {"createdDefinition": known[name], "userErrors": []}


METAFIELD_WRITES: Resolvers = {("Mutation", "metafieldDefinitionCreate"): _define}
