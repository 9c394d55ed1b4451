# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.components.event import Event

from .common import ShopifyCase

#: requests that change something
WRITES = ("CustomerCreate", "CustomerUpdate", "CustomerDelete", "CustomerConsent")
BOOK = ("CustomerAddressCreate", "CustomerAddressUpdate", "CustomerAddressDelete")


class CustomerCase(ShopifyCase):
    """Customers of a simulated shop and of Odoo, exchanged in both directions."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(customers=9)
        self.backend = self.make_shopify_backend(self.shop)
        self.into = self.flow(self.backend, "customer")
        self.into.system_of_record = "both"
        self.out = self.listen(self.backend, "customer")
        self.out.export_scope = "all"

    # === THERE ===#

    @property
    def gids(self):
        return list(self.shop.collection("customers").objects)

    def there(self, gid):
        return self.shop.find(gid)

    def email_of(self, gid):
        return self.there(gid)["defaultEmailAddress"]["emailAddress"]

    def touch(self, gid, **fields):
        """Change a customer in the shop, and say so."""
        self.shop.touch(gid, fields=fields)
        self.tell(gid)

    def tell(self, gid, **event):
        """Receive the news of a customer."""
        note = Event(
            gid, "customers/update", b"", delivery_id=self._delivery(), **event
        )
        self.env["hub.message"].receive(self.into, [note])
        self.drain(self.into)

    def _delivery(self):
        self._deliveries = getattr(self, "_deliveries", 0) + 1
        return f"delivery-{self._deliveries}"

    # === HERE ===#

    def bring_in(self):
        """Read what the shop has."""
        self.poll(self.into)
        self.settle()
        self.shop.stats.reset()

    def partner(self, gid):
        return self.bound(self.backend, "customer", gid)

    def gid_of(self, partner):
        found = self.backend.binder("customer").to_external_many(partner)
        (gid,) = found[partner.id]
        return gid

    def make_partner(self, **values):
        return self.env["res.partner"].create(
            {
                "name": "Anna Maria Schmidt",
                "email": "anna@new.example.com",
                "customer_rank": 1,
                **values,
            }
        )

    def send(self):
        """Let what Odoo changed be sent; return what the shop was asked, by name."""
        self.shop.stats.reset()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.out, "_collect")
        self.drain(self.out)
        return dict(self.shop.stats.graphql)

    def out_message(self, partner):
        name = f"res.partner,{partner.id}"
        return self.messages(self.out, external_id=name)[-1:]
