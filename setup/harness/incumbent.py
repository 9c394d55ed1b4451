# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OCA's ``shopify_connector``, beside which ours must install; for tests only.

Its wheel (AGPL) is fetched from the package index into the git-ignored cache, and is
no part of the suite nor of its environment.
"""

import itertools
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness import paths, process, rpc

PACKAGE = "odoo-addon-shopify-connector==19.0.1.1.0.4"
NAME = "shopify_connector"
CACHE = paths.ROOT / ".cache" / "incumbent"
#: seconds
PATIENCE = 180
IDLE_PATIENCE = 1200
COUNTRIES = ("DE", "AT", "CH", "FR", "GB", "IE", "US", "CA", "JP", "CN", "NL", "ES")
OPEN_JOBS = ("wait_dependencies", "pending", "enqueued", "started")


def addons_path() -> Path:
    """Return the folder that contains the addon; fetch it if need be."""
    folder = CACHE / PACKAGE.rpartition("=")[2]
    if not (folder / "odoo" / "addons" / NAME / "__manifest__.py").is_file():
        paths.folder(folder)
        command = [str(paths.PYTHON), "-m", "pip", "download", "--no-deps", "--quiet"]
        subprocess.run(
            [*command, "--dest", str(folder), PACKAGE], check=True, timeout=PATIENCE
        )
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder / "odoo" / "addons"


class Incumbent:
    """The other connector, connected with a store, its products imported.

    :param port: where the store answers by TLS, the only way it speaks
    """

    def __init__(self, client: rpc.Client, port: int, token: str) -> None:
        self.client = client
        self._join_its_people()
        (self.company,) = client.search("res.company", [], limit=1)
        self.id = client.create(
            "shopify.instance",
            {
                "name": "Store",
                "shop_url": f"127.0.0.1:{port}",
                "access_token": token,
                "company_id": self.company,
                "high_risk_hold_enabled": False,
                "draft_order_import_enabled": False,
            },
        )
        self.call("action_test_connection")
        self._allow_other_products()
        self._map_taxes()
        self.call("action_import_products")
        self.wait_idle()

    def _join_its_people(self) -> None:
        name = [("module", "=", NAME), ("name", "=", "group_shopify_manager")]
        (group,) = self.client.read("ir.model.data", name, ["res_id"])
        values = {"group_ids": [(4, group["res_id"])]}
        self.client.call("res.users", "write", [self.client.uid], values)

    def _allow_other_products(self) -> None:
        product = self.client.create("product.product", {"name": "Other"})
        gift = self.client.create(
            "product.product", {"name": "Gift Card", "type": "service"}
        )
        self.write(
            {
                "unknown_product_policy": "placeholder",
                "placeholder_product_id": product,
                "gift_card_product_id": gift,
            }
        )

    def _map_taxes(self) -> None:
        taxes = self.client.read(
            "account.tax",
            [("type_tax_use", "=", "sale"), ("amount_type", "=", "percent")],
            ["amount", "price_include"],
        )
        found = {(tax["amount"], tax["price_include"]): tax["id"] for tax in taxes}
        countries = self.client.search("res.country", [("code", "in", COUNTRIES)])
        rows = [
            {
                "instance_id": self.id,
                "rate": str(round(rate / 100, 6)),
                "country_id": country,
                "price_included": included,
                "tax_id": tax,
            }
            for country, ((rate, included), tax) in itertools.product(
                countries, found.items()
            )
        ]
        self.client.call("shopify.tax.mapping", "create", rows)

    def map_gateways(self, gateways: Iterable[str]) -> None:
        for number, gateway in enumerate(gateways):
            values = {"name": gateway.title(), "code": f"GW{number}", "type": "bank"}
            journal = self.client.create("account.journal", values)
            self.client.create(
                "shopify.gateway.journal",
                {"instance_id": self.id, "gateway": gateway, "journal_id": journal},
            )
            if gateway == "gift_card":
                self.write({"gift_card_journal_id": journal})

    def call(self, method: str, *arguments: Any) -> Any:
        return self.client.call("shopify.instance", method, [self.id], *arguments)

    def write(self, values: dict[str, Any]) -> None:
        self.call("write", values)

    def wait_idle(self) -> None:
        waiting = [("state", "in", OPEN_JOBS)]
        process.poll(
            lambda: not self.client.count("queue.job", waiting),
            IDLE_PATIENCE,
            "idle",
            interval=0.3,
        )

    def reached(self) -> dict[str, int]:
        count = self.client.count
        states = ("paid", "in_payment")
        return {
            "orders": count("shopify.order", [("odoo_id", "!=", False)]),
            "confirmed": count("sale.order", [("state", "=", "sale")]),
            "paid": count("account.move", [("payment_state", "in", states)]),
            "failed jobs": count("queue.job", [("state", "=", "failed")]),
        }
