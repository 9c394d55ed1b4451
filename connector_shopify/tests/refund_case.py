# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from .common import ShopifyCase
from .simulator import SCOPES


def _earlier():
    """Each refund moves the shop's clock on: it must not overtake ours."""
    return datetime.now(timezone.utc) - timedelta(hours=2)


class RefundCase(ShopifyCase):
    """Orders that are confirmed, delivered and invoiced, and then refunded."""

    def setUp(self):
        super().setUp()
        for name in ("JPY", "CHF", "SEK", "CAD", "GBP", "USD"):
            self.env.ref(f"base.{name}").active = True
        self.shop = self.start_shop(
            seed=11, scopes=(*SCOPES, "read_returns"), clock=_earlier
        )
        self.backend = self.make_shopify_backend(self.shop)
        self.order_flow = self.flow(self.backend)

    # === THE SHOP ===#

    def place(self, *scenarios):
        """Let the shop have an order; return its id and its object."""
        (gid,) = self.shop.place_orders(1, scenarios=list(scenarios or ("plain",)))
        return gid, self.shop.orders[gid]

    def bring_in(self):
        self.poll(self.order_flow)
        self.settle()
        failed = self.messages(self.order_flow).filtered("error_message")
        self.assertEqual(failed.mapped("error_message"), [])

    def order(self, gid):
        return self.bound(self.backend, "order", gid)

    # === ODOO ===#

    def invoice(self, order):
        """Confirm and invoice an order."""
        if order.state != "sale":
            order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def deliver_all(self, order):
        if order.state != "sale":
            order.action_confirm()
        for move in order.picking_ids.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        order.picking_ids._action_done()

    def refunds(self, gid):
        """Return what is on file of an order's refunds, oldest first."""
        return self.env["hub.order.refund"].search(
            [("order_id", "=", self.order(gid).id)], order="refunded_at, id"
        )

    def line(self, gid, line_gid):
        return self.order(gid).order_line.filtered(
            lambda line: line.hub_external_id == line_gid
        )

    def open_quantity(self, line):
        moves = line.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        return sum(moves.mapped("product_uom_qty"))

    def assertCredited(self, gid):
        """Every refund has a credit note of exactly what the shop says."""
        truth, records = self.shop.truth[gid], self.refunds(gid)
        self.assertEqual(
            records.mapped("external_id"), [row.gid for row in truth.refunds]
        )
        for record, row in zip(records, truth.refunds, strict=True):
            move = record.move_id
            self.assertEqual((move.move_type, move.state), ("out_refund", "posted"))
            digits = move.currency_id.decimal_places
            self.assertEqual(
                f"{move.amount_total:.{digits}f}", f"{row.value_presentment:.{digits}f}"
            )
