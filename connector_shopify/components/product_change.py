# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What has to be done to a product of a store; decided without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .product_payload import (
    NO_OPTION,
    NO_VALUE,
    Payload,
    option_values,
    product_input,
    variant_input,
)

Changed = Mapping[str, Any]
#: what an outbound flow notes of a record that was put away
GONE = "#gone"


@dataclass
class VariantPlan:
    """What becomes of the variants of one product.

    ``adopted`` and ``created``: those that had no counterpart; ``deleted``: ids.
    """

    updates: list[Payload] = field(default_factory=list)
    adopted: dict[str, str] = field(default_factory=dict)
    created: list[Payload] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


def product_changes(payload: Payload, changed: Changed) -> Payload:
    """Return the ProductUpdateInput of what is news; empty when nothing is."""
    names = None if not changed else {path for path in changed if "[" not in path}
    found = product_input(payload, names)
    if GONE in changed:
        # it comes back: unknown whether people may see it means that they may not
        found["status"] = payload["product"].get("status") or "DRAFT"
    return found


def is_structural(payload: Payload, changed: Changed) -> bool:
    """Return whether options or the set of variants may change."""
    if any(path.startswith("options") for path in changed):
        return True
    return any(
        not variant["id"] or not variant["active"] for variant in payload["variants"]
    )


def variant_updates(
    payload: Payload, changed: Changed, everything: bool = False
) -> list[Payload]:
    """Return ProductVariantsBulkInput of linked variants with news."""
    found = []
    for variant in payload["variants"]:
        if variant["id"] and variant["active"]:
            names = None if everything else _changed_of(variant["id"], changed)
            entry = variant_input(variant, names)
            if payload.get("options") and (names is None or "option_values" in names):
                entry["optionValues"] = option_values(variant, payload["options"])
            if entry:
                found.append({"id": variant["id"], **entry})
    return found


def plan_variants(payload: Payload, changed: Changed, node: Payload) -> VariantPlan:
    """Compare the variants that are said with those the store has.

    What only the store has is left alone.
    """
    there = {_values_there(v): v["id"] for v in node["variants"]["nodes"]}
    present = set(there.values())
    said = payload["variants"]
    ours = {variant["id"] for variant in said if variant["id"] in present}
    plan = VariantPlan(updates=variant_updates(_only(payload, present), changed))
    for variant in said:
        if variant["id"] in present:
            if not variant["active"] and payload.get("drops"):
                plan.deleted.append(variant["id"])
            continue
        if not variant["active"]:
            continue
        options = payload.get("options") or []
        twin = there.get(_values_here(option_values(variant, options)))
        if twin and twin not in ours:
            plan.adopted[variant["origin"]] = twin
            plan.updates.append({"id": twin, **variant_input(variant)})
        else:
            values = option_values(variant, options)
            plan.created.append({**variant_input(variant), "optionValues": values})
    return plan


def option_renames(payload: Payload, node: Payload) -> Iterator[tuple[str, str]]:
    """Yield (id, new name) of options whose name Odoo does not have any more.

    The order tells nothing: Odoo sorts the attributes of a product in its own way.
    """
    missing, left = _unmatched(payload, node)
    for wanted, present in zip(missing, left, strict=False):
        yield present["id"], wanted["name"]


def new_options(payload: Payload, node: Payload) -> list[Payload]:
    """Return OptionCreateInput of options the store does not have."""
    missing, left = _unmatched(payload, node)
    options = payload.get("options") or []
    return [
        {
            "name": option["name"],
            "position": options.index(option) + 1,
            "values": [{"name": value} for value in option["values"]],
        }
        for option in missing[len(left) :]
    ]


def _unmatched(payload: Payload, node: Payload) -> tuple[list[Payload], list[Payload]]:
    """Return the options only Odoo has, and those only the store has, by name."""
    wanted, present = payload.get("options") or [], real_options_of(node)
    said = {option["name"] for option in wanted}
    there = {option["name"] for option in present}
    return (
        [option for option in wanted if option["name"] not in there],
        [option for option in present if option["name"] not in said],
    )


def real_options_of(node: Payload) -> list[Payload]:
    """Return a product's options without the one that stands for none."""
    options: list[Payload] = node["options"]
    return [] if is_dummy(options) else options


def is_dummy(options: list[Payload]) -> bool:
    """Return whether a product's options say that it has none."""
    return (
        len(options) == 1
        and options[0]["name"] == NO_OPTION
        and list(options[0]["values"]) == [NO_VALUE]
    )


def variant_ids(payload: Payload, node: Payload) -> dict[str, str]:
    """Return {origin: id} of the said variants that the store has now."""
    there = {_values_there(v): v["id"] for v in node["variants"]["nodes"]}
    ids = set(there.values())
    found = {}
    for variant in payload["variants"]:
        values = option_values(variant, payload.get("options") or [])
        gid = variant["id"] if variant["id"] in ids else ""
        gid = gid or there.get(_values_here(values), "")
        if gid and variant["active"]:
            found[variant["origin"]] = gid
    return found


def _only(payload: Payload, present: set[str]) -> Payload:
    kept = [variant for variant in payload["variants"] if variant["id"] in present]
    return {**payload, "variants": kept}


def _values_there(variant: Payload) -> frozenset[tuple[str, str]]:
    """Return {(option, value)} of a variant of the store."""
    return frozenset((e["name"], e["value"]) for e in variant["selectedOptions"])


def _values_here(values: list[Payload]) -> frozenset[tuple[str, str]]:
    return frozenset((value["optionName"], value["name"]) for value in values)


def _changed_of(gid: str, changed: Changed) -> set[str] | None:
    if not changed:
        return None
    prefix = f"variants[{gid}]."
    return {path[len(prefix) :] for path in changed if path.startswith(prefix)}
