# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Translation of what several Shopify payloads have in common."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from odoo.addons.connector_hub.documents import Address, TaxAmount

#: which side of a MoneyBag: what the buyer paid in, or the store's own currency
MoneySide = Literal["presentment", "shop"]
ZERO = Decimal(0)
HUNDRED = Decimal(100)


def amount(bag: dict[str, Any] | None, side: MoneySide) -> Decimal:
    """Return one side of a MoneyBag; nothing is zero."""
    if not bag:
        return ZERO
    return Decimal(bag[f"{side}Money"]["amount"])


def allocated(parent: dict[str, Any], side: MoneySide) -> Decimal:
    """Return the sum of a line's discount allocations.

    ``discountedTotalSet`` leaves out order-level discounts, and the unit price after
    discounts is rounded: only the allocations are exact.
    """
    return sum(
        (
            amount(entry["allocatedAmountSet"], side)
            for entry in parent["discountAllocations"]
        ),
        ZERO,
    )


def taxes(parent: dict[str, Any], side: MoneySide) -> tuple[TaxAmount, ...]:
    """Return a line's taxes; rates come as fractions or percentages, both floats."""
    return tuple(
        TaxAmount(
            title=tax["title"], rate=rate(tax), amount=amount(tax["priceSet"], side)
        )
        for tax in parent["taxLines"]
    )


def rate(tax: dict[str, Any]) -> Decimal:
    """Return a tax line's rate in percent."""
    if tax.get("ratePercentage") is not None:
        percent = Decimal(str(tax["ratePercentage"]))
    else:
        percent = Decimal(str(tax.get("rate") or 0)) * HUNDRED
    return percent.quantize(Decimal("0.0001")).normalize() + ZERO


def address(payload: dict[str, Any] | None) -> Address | None:
    """Translate a MailingAddress."""
    if not payload:
        return None
    return Address(
        name=text(payload, "name") or full_name(payload),
        company=text(payload, "company"),
        street=text(payload, "address1"),
        street2=text(payload, "address2"),
        zip=text(payload, "zip"),
        city=text(payload, "city"),
        region=text(payload, "provinceCode"),
        region_name=text(payload, "province"),
        country=country(text(payload, "countryCodeV2")),
        phone=text(payload, "phone"),
    )


def country(code: str) -> str:
    """Return a country's code; empty when Shopify does not know it."""
    # ZZ: Shopify's word for an unknown country
    return "" if code == "ZZ" else code


def full_name(payload: dict[str, Any]) -> str:
    """Return first and last name as one."""
    return " ".join(
        filter(None, (text(payload, "firstName"), text(payload, "lastName")))
    )


def text(payload: dict[str, Any], key: str) -> str:
    """Return a text without the spaces around it; null is empty."""
    return (payload.get(key) or "").strip()


def attributes(entries: Iterable[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Translate custom attributes; names with an underscore are the shop's own."""
    return tuple(
        (entry["key"], entry.get("value") or "")
        for entry in entries
        if not entry["key"].startswith("_")
    )
