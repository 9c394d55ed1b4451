# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stock levels on their way out of Odoo; inside one process, see _inside.py.

From the moment the stock was changed: marks, messages, documents, comparison with what
the remote is known to hold, intents, calls, outcomes. The remote answers at once.
"""

import time
from typing import Any

import _remote

#: the remote's id of the location that is sent
LOCATION = "SHELF"


def stock(hub: Any, levels: int, rounds: int) -> list[dict[str, float]]:
    """Change the stock of every product and send it; return calls and levels/s."""
    flow = hub.backend.flow_ids.filtered(lambda flow: flow.code == "stock_out")
    products = _linked_products(hub, levels)
    _map_location(hub)
    flow.state = "running"
    hub.env.registry.clear_cache()
    hub.env.cr.commit()
    figures = []
    for number in range(rounds + 1):
        _restock(hub, products, 10 + number)
        hub.fill("order", 0, 0)  # the calls so far are forgotten
        started = time.monotonic()
        hub.env["hub.dirty"].mark_flow(flow, "product.product", products)
        hub.env.cr.commit()
        flow._collect()
        hub.drain_flow(flow)
        seconds = time.monotonic() - started
        calls = _remote.fill(hub.url, document="order", first=0, count=0)
        _check(hub, flow, levels * (number + 1))
        if number:  # the first one has nothing to compare with, and warms up
            figures.append({"calls": calls, "per_second": levels / seconds})
    return figures


def _check(hub: Any, flow: Any, wanted: int) -> None:
    hub.env.cr.commit()
    hub.env.cr.execute(
        "SELECT concat_ws(': ', state, error_message), count(*) FROM hub_message"
        " WHERE flow_id = %s GROUP BY 1",
        [flow.id],
    )
    found = dict(hub.env.cr.fetchall())
    if found != {"done": wanted}:
        raise RuntimeError(f"not everything was sent: {found}")


def _linked_products(hub: Any, count: int) -> list[int]:
    """Make products by copying one in the database, and link them."""
    env = hub.env
    first = env["product.product"].create({"name": "Stocked", "is_storable": True})
    env.flush_all()
    numbers = "SELECT n, %(row)s AS source FROM generate_series(1, %(count)s) AS n"
    row = {"row": first.product_tmpl_id.id, "count": count}
    templates = _copies(env, "product_template", "", f"({numbers}) AS c", row)
    given = "(SELECT unnest(%(templates)s) AS product_tmpl_id, %(row)s AS source) AS c"
    row = {"row": first.id, "templates": templates}
    products = _copies(env, "product_product", "product_tmpl_id", given, row)
    env.cr.execute(
        "INSERT INTO hub_fake_variant (backend_id, external_id, odoo_id, create_date,"
        " write_date) SELECT %s, 'V' || n, n, now(), now() FROM unnest(%s) AS n",
        [hub.backend.id, products],
    )
    env.invalidate_all()
    return products


def _copies(
    env: Any, table: str, given: str, source: str, values: dict[str, Any]
) -> list[int]:
    """Copy a row once per row of ``source``, which has the column ``given``."""
    env.cr.execute(
        "SELECT string_agg(quote_ident(column_name), ', ')"
        " FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = 'public' AND column_name NOT IN ('id', %s)",
        [table, given],
    )
    columns = ", ".join(f"t.{name}" for name in env.cr.fetchone()[0].split(", "))
    names = columns.replace("t.", "")
    if given:
        columns, names = f"{columns}, c.{given}", f"{names}, {given}"
    env.cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {columns} FROM {table} t, {source}"
        " WHERE t.id = c.source RETURNING id",
        values,
    )
    return sorted(row[0] for row in env.cr.fetchall())


def _map_location(hub: Any) -> None:
    warehouse = hub.env["stock.warehouse"].search([], limit=1)
    hub.env["hub.mapping"].create(
        {
            "backend_id": hub.backend.id,
            "kind": "location",
            "remote_value": LOCATION,
            "location_id": warehouse.lot_stock_id.id,
        }
    )


def _restock(hub: Any, products: list[int], quantity: int) -> None:
    warehouse = hub.env["stock.warehouse"].search([], limit=1)
    cr = hub.env.cr
    cr.execute("DELETE FROM stock_quant WHERE product_id = ANY(%s)", [products])
    cr.execute(
        "INSERT INTO stock_quant (product_id, location_id, company_id, quantity,"
        " reserved_quantity, in_date, create_date, write_date)"
        " SELECT n, %s, %s, %s, 0, now(), now(), now() FROM unnest(%s) AS n",
        [warehouse.lot_stock_id.id, warehouse.company_id.id, quantity, products],
    )
    cr.execute("ANALYZE stock_quant")
    cr.execute("ANALYZE hub_fake_variant")
    hub.env.invalidate_all()
    cr.commit()
