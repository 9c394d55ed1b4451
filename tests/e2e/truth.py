# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compares sale orders, read over RPC, with what the store's generator says.

The generator's truth knows nothing of GraphQL, documents or importers, so an error
in any of them shows here.
"""

from decimal import Decimal
from itertools import zip_longest
from typing import Any

from harness.rpc import Client

ADDRESS = {
    "street": "address1",
    "street2": "address2",
    "city": "city",
    "zip": "zip",
}
#: product of a charge: what the truth calls it
CHARGES = {"HUB-SHIPPING": "shipping", "HUB-TIP": "tip", "HUB-DUTIES": "duties"}
ORDER_FIELDS = [
    "amount_total",
    "amount_tax",
    "currency_id",
    "state",
    "partner_id",
    "partner_invoice_id",
    "partner_shipping_id",
]
LINE_FIELDS = [
    "order_id",
    "hub_external_id",
    "name",
    "product_id",
    "product_uom_qty",
    "price_subtotal",
    "price_total",
    "sequence",
    "tax_ids",
]
PARTNER_FIELDS = [
    *("name", "is_company", "email", "phone", "country_code", "state_id"),
    *ADDRESS,
]


def differences(
    client: Client, truth: dict[str, dict[str, Any]], backend: int | None = None
) -> list[str]:
    """Return one sentence for everything in Odoo that is not as the store has it.

    :param backend: id of the store's backend, where several stores use the same ids
    """
    odoo = Books(client, list(truth), backend)
    found = []
    for gid, expected in truth.items():
        orders = odoo.orders.get(gid, [])
        if len(orders) != 1:
            found.append(f"{expected['name']}: {len(orders)} sale orders")
            continue
        found += [
            f"{expected['name']}: {text}"
            for text in _compare(odoo, orders[0], expected)
        ]
    return found


class Books:
    """All that is compared, read with one call per model."""

    def __init__(
        self, client: Client, gids: list[str], backend: int | None = None
    ) -> None:
        here = [("backend_id", "=", backend)] if backend else []
        links = client.read(
            "hub.shopify.order",
            [("external_id", "in", gids), *here],
            ["external_id", "odoo_id"],
        )
        ids = [link["odoo_id"][0] for link in links]
        read = {
            o["id"]: o
            for o in client.read("sale.order", [("id", "in", ids)], ORDER_FIELDS)
        }
        self.orders: dict[str, list[dict[str, Any]]] = {}
        for link in links:
            self.orders.setdefault(link["external_id"], []).append(
                read[link["odoo_id"][0]]
            )
        self.lines: dict[int, list[dict[str, Any]]] = {}
        for line in client.read(
            "sale.order.line",
            [("order_id", "in", ids)],
            LINE_FIELDS,
            order="order_id, sequence, id",
        ):
            self.lines.setdefault(line["order_id"][0], []).append(line)
        self.partners = self._by_id(client, "res.partner", PARTNER_FIELDS)
        self.states = self._by_id(client, "res.country.state", ["code"])
        self.products = self._by_id(client, "product.product", ["default_code"])
        self.taxes = self._by_id(client, "account.tax", ["amount"])

    @staticmethod
    def _by_id(client: Client, model: str, fields: list[str]) -> dict[int, Any]:
        return {row["id"]: row for row in client.read(model, [], fields)}


def _compare(odoo: Books, order: dict[str, Any], truth: dict[str, Any]) -> list[str]:
    money = truth["presentment"]
    found = []
    for name, mine, theirs in (
        ("currency", order["currency_id"][1], money["currency"]),
        ("total", _money(order["amount_total"]), _money(money["total"])),
        ("tax", *_agreed(_money(order["amount_tax"]), money, truth)),
        ("cancelled", order["state"] == "cancel", truth["cancelled"]),
    ):
        if mine != theirs:
            found.append(f"{name} is {mine}, the store's is {theirs}")
    found += _compare_lines(odoo, order, truth)
    found += _compare_buyer(odoo, order, truth)
    return found


def _compare_lines(
    odoo: Books, order: dict[str, Any], truth: dict[str, Any]
) -> list[str]:
    money = truth["presentment"]
    net = "price_total" if truth["taxes_included"] else "price_subtotal"
    goods, charges = [], []
    for line in odoo.lines.get(order["id"], []):
        if not line["product_uom_qty"]:
            # removed after the order was confirmed: such lines cannot be deleted
            continue
        product = odoo.products[line["product_id"][0]]["default_code"] or ""
        if product in CHARGES or product == "HUB-ROUNDING":
            charges.append((product, _money(line[net])))
        else:
            goods.append(_booked(odoo, line, product, net))
    wanted = [_expected(line) for line in money["lines"]]
    expected = [
        (code, _money(money[key]))
        for code, key in CHARGES.items()
        if _money(money[key])
    ]
    if money["duty_taxes"] or truth["split_discounts"]:
        charges = [charge for charge in charges if charge[0] != "HUB-ROUNDING"]
    wanted = _forgiving(wanted, goods)
    if truth["split_discounts"]:
        wanted = [
            mine if _alike(mine, theirs, _coin(money)) else theirs
            for mine, theirs in zip_longest(goods, wanted)
        ]
    return [
        *_difference("lines", goods, wanted),
        *_difference("charges", [c for c in charges if c[1]], expected),
    ]


def _coin(money: dict[str, Any]) -> Decimal:
    return Decimal(1) if money["currency"] == "JPY" else Decimal("0.01")


def _alike(
    mine: tuple[Any, ...] | None, theirs: tuple[Any, ...] | None, coin: Decimal
) -> bool:
    """Return whether two lines differ by a coin at most, which a line balances."""
    if mine is None or theirs is None or mine[0] != theirs[0] or mine[3:] != theirs[3:]:
        return False
    return all(abs(mine[n] - theirs[n]) <= coin for n in (1, 2))


def _agreed(
    tax: Decimal, money: dict[str, Any], truth: dict[str, Any]
) -> tuple[Decimal, Decimal]:
    """Return a tax and the store's, alike where only the rounding of parts differs.

    The store rounds the tax on each line's duties, Odoo that on their sum: half a cent
    per line, which a line for rounding differences balances. So it is with a coin of
    a discount that was split.
    """
    theirs = _money(money["tax_total"])
    limit = len(money["duty_taxes"]) * Decimal("0.005")
    limit += truth["split_discounts"] * _coin(money)
    if abs(tax - theirs) <= limit:
        return theirs, theirs
    return tax, theirs


def _booked(
    odoo: Books, line: dict[str, Any], product: str, net: str
) -> tuple[Any, ...]:
    """Return quantity, net amount, tax, SKU and rates of a line in Odoo."""
    tax = Decimal(str(line["price_total"])) - Decimal(str(line["price_subtotal"]))
    return (
        _money(line["product_uom_qty"]),
        _money(line[net]),
        _money(tax),
        "" if product.startswith("HUB-") else product,
        sorted(odoo.taxes[tax]["amount"] for tax in line["tax_ids"]),
    )


def _expected(line: dict[str, Any]) -> tuple[Any, ...]:
    """Return the same of a line in the store."""
    return (
        _money(line["quantity"]),
        _money(line["net"]),
        _money(_tax(line["taxes"])),
        line["sku"] or "",
        _rates(line["taxes"]),
    )


def _forgiving(wanted: list[Any], goods: list[Any]) -> list[Any]:
    """Gift cards and custom lines are booked on products without the store's SKU."""
    return [
        (*theirs[:3], mine[3] if mine[3] == "" else theirs[3], theirs[4])
        for theirs, mine in zip(wanted, goods, strict=False)
    ] + wanted[len(goods) :]


def _difference(what: str, mine: list[Any], theirs: list[Any]) -> list[str]:
    return [] if mine == theirs else [f"{what} are {mine}, the store's are {theirs}"]


def _compare_buyer(
    odoo: Books, order: dict[str, Any], truth: dict[str, Any]
) -> list[str]:
    found = []
    partner = odoo.partners[order["partner_id"][0]]
    email = (truth["email"] or "").casefold()
    company = truth["company_name"] if partner["is_company"] else None
    if company and partner["name"] == company:
        # a person who belongs to another company in Odoo buys for this one
        partner = {**partner, "email": email, "phone": truth["phone"]}
    if (partner["email"] or "").casefold() != email:
        found.append(f"customer is {partner['email']}, the store's is {email}")
    if not email and truth["phone"] and partner["phone"] != truth["phone"]:
        found.append(f"phone is {partner['phone']}, the store's is {truth['phone']}")
    for field, key in (
        ("partner_invoice_id", "billing_address"),
        ("partner_shipping_id", "shipping_address"),
    ):
        if truth[key]:
            address = odoo.partners[order[field][0]]
            found += _compare_address(odoo, key, address, truth[key])
    return found


def _compare_address(
    odoo: Books, what: str, partner: dict[str, Any], truth: dict[str, Any]
) -> list[str]:
    mine = {name: partner[name] or "" for name in ADDRESS}
    theirs = {name: truth[key] or "" for name, key in ADDRESS.items()}
    mine["country"] = partner["country_code"] or ""
    theirs["country"] = truth["country_code"] or ""
    state = odoo.states[partner["state_id"][0]]["code"] if partner["state_id"] else ""
    if state:
        # the codes of some countries carry the country: "DE-BE", "JP-13"
        prefix = f"{partner['country_code']}-"
        mine["state"] = state.removeprefix(prefix)
        theirs["state"] = (truth["province_code"] or "").removeprefix(prefix)
    parts = dict.fromkeys(filter(None, (truth["company"], truth["name"])))
    name = ", ".join(parts)
    if name:
        mine["name"], theirs["name"] = partner["name"], name
    return _difference(what, [mine], [theirs])


def _tax(taxes: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(tax["amount"]) for tax in taxes), Decimal(0))


def _rates(taxes: list[dict[str, Any]]) -> list[float]:
    return sorted(
        round(float(tax["rate"]) * 100, 4) for tax in taxes if Decimal(tax["amount"])
    )


def _money(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
