# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an accountant does about orders that were changed after their invoice."""

from harness.rpc import Client
from shop import Shop


def bill(client: Client, order: int) -> int:
    """Create and post what is to be invoiced of an order, or to be credited.

    :return: how many credit notes the hub had prepared for people to look at
    """
    (before,) = client.read(
        "sale.order", [("id", "=", order)], ["invoice_ids", "order_line"]
    )
    posted = _post_drafts(client, before["invoice_ids"])
    lines = client.search(
        "sale.order.line",
        [("id", "in", before["order_line"]), ("qty_to_invoice", "!=", 0)],
    )
    if before["invoice_ids"] and lines:
        wizard = client.create(
            "sale.advance.payment.inv", {"sale_order_ids": [(6, 0, [order])]}
        )
        client.call("sale.advance.payment.inv", "create_invoices", [wizard])
        (after,) = client.read("sale.order", [("id", "=", order)], ["invoice_ids"])
        _post_drafts(client, after["invoice_ids"])
    return posted


def post_prepared(shop: Shop) -> int:
    """Post the credit notes that were prepared for people to look at.

    Such as of files to download: they are invoiced with the goods, and may be taken
    off the order later, for nobody ships them.

    :return: how many there were
    """
    orders = [row["odoo_id"][0] for row in shop.orders()]
    read = shop.client.read("sale.order", [("id", "in", orders)], ["invoice_ids"])
    moves = [move for row in read for move in row["invoice_ids"]]
    notes = [("id", "in", moves), ("move_type", "=", "out_refund")]
    return _post_drafts(shop.client, shop.client.search("account.move", notes))


def cancel_late(shop: Shop) -> None:
    """Cancel what the store cancelled too late; what was invoiced stays, as there the
    money does."""
    late = shop.messages(
        ("state", "=", "failed"), ("error_code", "=", "cancelled_too_late")
    )
    gids = {row["external_id"] for row in late}
    for row in shop.orders():
        if row["external_id"] in gids:
            shop.client.call("sale.order", "action_cancel", [row["odoo_id"][0]])
    if late:
        shop.client.call("hub.message", "action_retry", [row["id"] for row in late])


def _post_drafts(client: Client, moves: list[int]) -> int:
    drafts = client.search(
        "account.move", [("id", "in", moves), ("state", "=", "draft")]
    )
    if drafts:
        client.call("account.move", "action_post", drafts)
    return len(drafts)
