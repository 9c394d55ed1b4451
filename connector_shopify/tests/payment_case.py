# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from .common import ShopifyCase
from .simulator.samples import GATEWAYS

CURRENCIES = ("JPY", "CHF", "SEK", "CAD", "GBP", "USD")


class PaymentCase(ShopifyCase):
    """A store whose orders are invoiced, and whose payments are booked."""

    def setUp(self):
        super().setUp()
        for name in CURRENCIES:
            self.env.ref(f"base.{name}").active = True
        self.shop = self.start_shop(seed=23)
        self.backend = self.make_shopify_backend(
            self.shop, order_invoice="payment", order_register_payment=True
        )
        guest = self.env["res.partner"].create({"name": "Counter"})
        self.backend.guest_partner_id = guest
        self.order_flow = self.flow(self.backend)
        self.journals = {
            gateway: self.map_gateway(gateway)
            for gateway in (*GATEWAYS, "cash", "gift_card", "bogus")
        }

    def map_gateway(self, gateway):
        journal = self.env["account.journal"].create(
            {
                "name": gateway.title(),
                "code": f"G{self.env['account.journal'].search_count([])}",
                "type": "cash" if gateway == "cash" else "bank",
                "company_id": self.company.id,
            }
        )
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "gateway",
                "remote_value": gateway,
                "journal_id": journal.id,
            }
        )
        return journal

    # === WHAT HAPPENS ===#

    def place(self, *scenarios, count=1):
        """Let an order be placed, without importing it; return its gid."""
        gids = self.shop.place_orders(count, scenarios=list(scenarios) or ["plain"])
        return gids[0]

    def bring_in(self):
        """Read the store and process what changed."""
        self.poll(self.order_flow)
        self.settle()

    def confirm(self, *gids):
        """Confirm orders as a person does; what becomes due is found by itself."""
        for gid in gids or list(self.shop.truth):
            order = self.order(gid)
            if order.state == "draft":
                order.with_context(tracking_disable=True).action_confirm()
        self.find_due()

    def find_due(self):
        self.perform(self.order_flow, "_bill_due")
        self.settle()

    def sell(self, *scenarios):
        """Place an order, import and confirm it; return its gid."""
        gid = self.place(*scenarios)
        self.bring_in()
        self.confirm(gid)
        return gid

    # === WHAT IS THERE ===#

    def order(self, gid):
        return self.bound(self.backend, "order", gid)

    def message(self, gid):
        return self.messages(self.order_flow, external_id=gid)[-1:]

    def noted(self, gid):
        return self.env["hub.payment"].search([("order_id", "=", self.order(gid).id)])

    def booked(self, gid):
        return self.noted(gid).payment_id

    def invoice(self, gid):
        return self.order(gid).invoice_ids

    def amounts(self, gid):
        truth = self.shop.truth[gid]
        return truth if self.backend.shopify_money == "shop" else truth.presentment

    def paid(self, gid):
        """Return what Odoo booked for an order, without what the till rounded."""
        notes = self.noted(gid).filtered("payment_id")
        return sum(
            (
                Decimal(str(round(note.payment_id.amount - note.rounding, 4)))
                for note in notes
            ),
            Decimal(0),
        )

    def assertPaid(self, gid, state=("paid", "in_payment")):
        truth = self.amounts(gid)
        self.assertEqual(self.paid(gid), truth.received)
        invoice = self.invoice(gid)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.state, "posted")
        self.assertIn(invoice.payment_state, state)
        self.assertEqual(invoice.currency_id.name, truth.currency)
        self.assertAlmostEqual(invoice.amount_total, float(truth.total), places=2)
