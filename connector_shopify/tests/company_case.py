# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.components.event import Event

from .common import ShopifyCase

#: requests that change nothing
READS = (
    "Companies",
    "CompaniesById",
    "CompanyContactRole",
    "CompanyContacts",
    "CustomerByIdentifier",
)


class CompanyCase(ShopifyCase):
    """Companies of a simulated shop and of Odoo, exchanged in both directions."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(customers=9)
        self.backend = self.make_shopify_backend(self.shop)
        self.into = self.flow(self.backend, "company")
        self.env["hub.mapping"].create(
            [
                {
                    "backend_id": self.backend.id,
                    "kind": "payment_term",
                    "remote_value": name,
                    "ignored": True,
                }
                for name in ("Due on receipt", "Net 30")
            ]
        )
        self.out = self.listen(self.backend, "company")
        self.out.export_scope = "all"
        self.known = len(self.rows)

    # === THERE ===#

    @property
    def rows(self):
        return list(self.shop.collection("companies").objects.values())

    def there(self, company):
        return self.shop.find(self.id_of("company", company))

    def id_of(self, entity, partner):
        (gid,) = self.backend.binder(entity).to_external_many(partner)[partner.id]
        return gid

    def tell(self, row):
        """Receive the news of a company."""
        self._deliveries = getattr(self, "_deliveries", 0) + 1
        note = Event(
            row["id"],
            "companies/update",
            b"",
            delivery_id=f"delivery-{self._deliveries}",
        )
        self.env["hub.message"].receive(self.into, [note])
        self.drain(self.into)

    # === HERE ===#

    def make_company(self, **values):
        return self.env["res.partner"].create(
            {
                "name": "Holzbau Nord",
                "is_company": True,
                "customer_rank": 1,
                "ref": "C-100",
                "vat": "DE136695976",
                "comment": "<p>Pays late</p>",
                "street": "Hafenstraße 4",
                "zip": "10115",
                "city": "Berlin",
                "country_id": self.env.ref("base.de").id,
                **values,
            }
        )

    def make_person(self, company, name="Eva Lund", **values):
        values.setdefault("email", f"{name.split()[0].lower()}@holzbau.example.com")
        return self.env["res.partner"].create(
            {"name": name, "parent_id": company.id, "function": "Buyer", **values}
        )

    def make_branch(self, company, **values):
        return self.env["res.partner"].create(
            {
                "name": "Lager Köln",
                "type": "delivery",
                "parent_id": company.id,
                "street": "Domplatz 1",
                "zip": "50667",
                "city": "Köln",
                "country_id": self.env.ref("base.de").id,
                **values,
            }
        )

    def send(self):
        """Let what Odoo changed be sent; return what the shop was told, by name."""
        self.shop.stats.reset()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.out, "_collect")
        self.drain(self.out)
        asked = dict(self.shop.stats.graphql)
        return {name: n for name, n in asked.items() if name not in READS}

    def send_all(self):
        while self.send():
            pass

    def message(self, partner):
        name = f"res.partner,{partner.id}"
        return self.messages(self.out, external_id=name)[-1:]
