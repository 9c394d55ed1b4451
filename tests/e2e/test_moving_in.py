# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Beside OCA's connector, in one database: what it has linked is taken over."""

from collections.abc import Iterator
from typing import Any

import pytest
from harness import conf, database, incumbent, paths, postgres, rpc
from harness.server import OdooServer
from opening import WORKERS, OpenShop, prepared, shops
from shop import Shop


@pytest.fixture(scope="module")
def odoo() -> Iterator[OdooServer]:
    """A server of which the database has both connectors."""
    name = database.own_name("moving")
    extra = {"addons_path": f"{paths.ROOT},{incumbent.addons_path()}"}
    try:
        database.clone(name)
        settings = conf.write(
            paths.DATA / "conf" / f"{name}.conf", postgres.ensure(), name, extra
        )
        arguments = ["--config", str(settings), "--stop-after-init", "--no-http"]
        conf.run_odoo(
            ["--init", incumbent.NAME, *arguments], paths.LOGS / f"{name}_init.log"
        )
        with OdooServer(name, workers=WORKERS, extra_conf=extra) as server:
            yield server
    finally:
        database.drop(name)


@pytest.fixture(scope="module")
def client(odoo: OdooServer) -> rpc.Client:
    return prepared(odoo)


@pytest.fixture
def open_shop(odoo: OdooServer, client: rpc.Client) -> Iterator[OpenShop]:
    yield from shops(odoo, client)


#: model of our links: the incumbent's
LINKS = {
    "hub.shopify.customer": "shopify.customer",
    "hub.shopify.variant": "shopify.product.variant",
    "hub.shopify.order": "shopify.order",
}


class Incumbent:
    """The other connector's links of the store that ours is connected with."""

    def __init__(self, shop: Shop, client: rpc.Client) -> None:
        self.client = client
        self._join_its_people()
        (backend,) = client.read(
            "hub.backend", [("id", "=", shop.backend_id)], ["company_id"]
        )
        self.company = backend["company_id"][0]
        self.instance = client.create(
            "shopify.instance",
            {
                "name": "The Old Link",
                "shop_url": "127.0.0.1",
                "company_id": self.company,
            },
        )

    def _join_its_people(self) -> None:
        name = [("module", "=", incumbent.NAME), ("name", "=", "group_shopify_manager")]
        (group,) = self.client.read("ir.model.data", name, ["res_id"])
        values = {"group_ids": [(4, group["res_id"])]}
        self.client.call("res.users", "write", [self.client.uid], values)

    def take(self, ours: str, theirs: str, domain: list[Any]) -> None:
        """Link what ours has linked."""
        for link in self.client.read(ours, domain, ["external_id", "odoo_id"]):
            values = {"shopify_id": link["external_id"], "odoo_id": link["odoo_id"][0]}
            self.client.create(
                theirs,
                {"instance_id": self.instance, **values, **self._further(theirs, link)},
            )

    def _further(self, theirs: str, link: dict[str, Any]) -> dict[str, Any]:
        if theirs != "shopify.product.variant":
            return {}
        (variant,) = self.client.read(
            "product.product", [("id", "=", link["odoo_id"][0])], ["product_tmpl_id"]
        )
        template = variant["product_tmpl_id"][0]
        # the other connector takes no product that companies share
        company = {"company_id": self.company}
        self.client.call("product.template", "write", [template], company)
        known = [("odoo_id", "=", template), ("instance_id", "=", self.instance)]
        found = self.client.search("shopify.product.template", known)
        if not found:
            # what ours knows as a variant only, from an order
            values = {"shopify_id": f"gid://shopify/Product/9{template}"}
            values |= {"odoo_id": template, "instance_id": self.instance}
            found = [self.client.create("shopify.product.template", values)]
        return {"template_binding_id": found[0]}


def counts(client: rpc.Client) -> dict[str, int]:
    everything: list[Any] = [("active", "in", [True, False])]
    domains = {
        "res.partner": everything,
        "product.product": everything,
        "product.template": everything,
        "sale.order": [],
        "sale.order.line": [],
    }
    return {model: client.count(model, domain) for model, domain in domains.items()}


def linked_elsewhere(shop: Shop, client: rpc.Client) -> None:
    """Have the incumbent know what was imported, and ours forget it."""
    other = Incumbent(shop, client)
    for ours, theirs in LINKS.items():
        other.take(ours, theirs, shop.mine)
    made = [order["odoo_id"][0] for order in shop.orders()]
    # made by others: nothing tells what the store said of the lines
    client.call("sale.order", "write", made, {"hub_content": False})
    client.call("sale.order", "action_confirm", made[:4])
    shop.remove()
    shop.backend_id = 0


def adopt(shop: Shop, client: rpc.Client) -> dict[str, Any]:
    wizard = client.create("hub.shopify.adoption", {"backend_id": shop.backend_id})
    client.call("hub.shopify.adoption", "action_check", [wizard])
    assert client.count("hub.shopify.order", shop.mine) == 0, "looking changes nothing"
    client.call("hub.shopify.adoption", "action_apply", [wizard])
    fields = ["problem_count", "source_name"]
    return client.read("hub.shopify.adoption", [("id", "=", wizard)], fields)[0]


def test_links_of_the_incumbent_are_adopted_and_nothing_is_made_twice(
    open_shop: OpenShop, client: rpc.Client
) -> None:
    old = open_shop(8)
    old.start_import()
    old.wait_for_orders(8)
    linked_elsewhere(old, client)
    before = counts(client)

    shop = open_shop(store=old.store)
    result = adopt(shop, client)
    assert (result["problem_count"], result["source_name"]) == (0, "The Old Link")
    assert client.count("hub.shopify.order", shop.mine) == 8

    shop.start_import()
    shop.settled(8)
    assert shop.exceptions() == []
    assert counts(client) == before
    assert shop.differences() == []
