# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an importer must arrive at, independent of any GraphQL shape.

Amounts are exact ``Decimal``; as JSON they are strings. Line and shipping amounts are
net of all discounts and stand as the store shows them: with tax when
``taxes_included``, else without. Always, to the cent::

    total = sum(line.net) + shipping + tip + duties
            + (0 if taxes_included else tax_total)
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(slots=True)
class TruthTax:
    title: str
    rate: Decimal
    amount: Decimal


@dataclass(slots=True)
class TruthLine:
    """`variant_gid` is None for custom lines and deleted products."""

    title: str
    sku: str | None
    variant_gid: str | None
    quantity: int
    net: Decimal
    taxes: list[TruthTax]
    gift_card: bool


@dataclass(slots=True)
class Amounts:
    """One order in one currency. `cash_rounding` is not part of `total`."""

    currency: str
    total: Decimal
    tax_total: Decimal
    shipping: Decimal
    shipping_taxes: list[TruthTax]
    tip: Decimal
    duties: Decimal
    duty_taxes: list[TruthTax]
    cash_rounding: Decimal
    discount_total: Decimal
    received: Decimal
    lines: list[TruthLine]


@dataclass(slots=True)
class TruthRefund:
    """`value`: by how much it reduces what the order is worth; `paid`: money back.

    `lines`: ``[line gid, units, restock type]``. Amounts in shop and presentment money.
    """

    gid: str
    value: Decimal
    value_presentment: Decimal
    paid: Decimal
    paid_presentment: Decimal
    lines: list[list[Any]]


@dataclass(slots=True)
class Truth(Amounts):
    """One order in shop money; `presentment` is the same in the buyer's currency.

    `email` is lower-cased, the key of a person; without it, `customer_name` and
    `phone`. Addresses are None or dicts with first_name, last_name, name, company,
    address1, address2, city, zip, province_code, country_code, phone.
    """

    gid: str
    name: str
    created_at: str
    updated_at: str
    taxes_included: bool
    email: str | None
    phone: str | None
    customer_gid: str | None
    customer_name: str | None
    company_name: str | None
    billing_address: dict[str, str | None] | None
    shipping_address: dict[str, str | None] | None
    cancelled: bool
    test: bool
    financial_status: str
    note: str | None
    tags: list[str]
    scenarios: list[str]
    presentment: Amounts
    #: {line gid: quantity} of what was shipped
    delivered: dict[str, int] = field(default_factory=dict)
    refunds: list[TruthRefund] = field(default_factory=list)
    #: lines that lost discounted units: nobody knows which way half a cent of what is
    #: left of the discount goes
    split_discounts: int = 0

    def to_json(self) -> dict[str, Any]:
        return _plain(dataclasses.asdict(self))


def address_truth(address: dict[str, Any] | None) -> dict[str, str | None] | None:
    """Translate a ``MailingAddress`` to the truth's keys."""
    if address is None:
        return None
    keys = {
        "firstName": "first_name",
        "lastName": "last_name",
        "name": "name",
        "company": "company",
        "address1": "address1",
        "address2": "address2",
        "city": "city",
        "zip": "zip",
        "provinceCode": "province_code",
        "countryCodeV2": "country_code",
        "phone": "phone",
    }
    return {plain: address[key] for key, plain in keys.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
