# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The yardstick of order import: plain ORM creation of the very same orders.

Run inside ``odoo shell``-like conditions by :func:`create_all`: one process, batches
of 250, mail tracking off; partners, then their addresses, then orders with lines.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

BATCH = 250
PARTNER = (
    "name email phone street street2 zip city company_name comment lang is_company"
    " state_id country_id type"
).split()
ORDER = (
    "date_order client_order_ref origin pricelist_id partner_id partner_invoice_id"
    " partner_shipping_id"
).split()
LINE = (
    "product_id name product_uom_qty product_uom_id price_unit discount tax_ids"
    " sequence hub_external_id"
).split()


def describe(env: Any, backend_id: int) -> list[dict[str, Any]]:
    """Return the imported orders as plain data, oldest first."""
    orders = env["hub.shopify.order"].search([("backend_id", "=", backend_id)])
    return [_order(order) for order in orders.odoo_id.sorted("id")]


def create_all(env: Any, orders: list[dict[str, Any]]) -> float:
    """Create the orders in batches and return the seconds it took."""
    quiet = env(
        context={
            "tracking_disable": True,
            "mail_notrack": True,
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
        }
    )
    partners: dict[int, int] = {}
    started = time.monotonic()
    for start in range(0, len(orders), BATCH):
        _create_batch(quiet, orders[start : start + BATCH], partners)
        quiet.cr.commit()
    return time.monotonic() - started


def _create_batch(
    env: Any, orders: list[dict[str, Any]], partners: dict[int, int]
) -> None:
    for level in ("owners", "addresses"):
        wanted = {
            partner["id"]: partner
            for order in orders
            for partner in order[level]
            if partner["id"] not in partners
        }
        created = env["res.partner"].create(
            [
                {**row["values"], "parent_id": partners.get(row["parent"], False)}
                for row in wanted.values()
            ]
        )
        partners.update(zip(wanted, created.ids, strict=True))
    env["sale.order"].create(
        [
            {
                **order["values"],
                **{name: partners[key] for name, key in order["partners"].items()},
                "order_line": [(0, 0, line) for line in order["lines"]],
            }
            for order in orders
        ]
    )


def _order(order: Any) -> dict[str, Any]:
    people = order.partner_id | order.partner_invoice_id | order.partner_shipping_id
    owners = people.filtered(lambda partner: not partner.parent_id) | people.parent_id
    return {
        "owners": [_partner(partner) for partner in owners],
        "addresses": [_partner(partner) for partner in people - owners],
        "partners": {
            name: order[name].id for name in ORDER if name.startswith("partner_")
        },
        "values": {
            **{
                name: _plain(order[name])
                for name in ORDER
                if not name.startswith("partner_")
            },
            "payment_term_id": False,
            "user_id": False,
        },
        "lines": [
            {name: _plain(line[name]) for name in LINE} for line in order.order_line
        ],
    }


def _partner(partner: Any) -> dict[str, Any]:
    values = {name: _plain(partner[name]) for name in PARTNER}
    return {"id": partner.id, "parent": partner.parent_id.id, "values": values}


def _plain(value: Any) -> Any:
    if hasattr(value, "_name"):
        return (
            value.id if len(value) <= 1 and value._name != "account.tax" else value.ids
        )
    if hasattr(value, "isoformat"):
        return value.isoformat(sep=" ")
    return str(value) if type(value).__name__ == "Markup" else value


def main() -> None:
    """``describe DB BACKEND FILE`` or ``create DB FILE``; prints the seconds."""
    import odoo
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    action, conf, name, *rest = sys.argv[1:]
    odoo.tools.config.parse_config(["--config", conf])
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if action == "describe":
            content = describe(env, int(rest[0]))
            Path(rest[1]).write_text(json.dumps(content))
        else:
            seconds = create_all(env, json.loads(Path(rest[0]).read_text()))
            print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
