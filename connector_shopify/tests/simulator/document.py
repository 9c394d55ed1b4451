# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write a priced order's lines, taxes and discounts as Shopify objects and as truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from .identity import Ids
from .money import ZERO, Currencies, money_v2, rounded, total_of
from .pricing import (
    LINES,
    ORDER,
    DiscountSpec,
    LineSpec,
    OrderSpec,
    Priced,
    PricedLine,
    Tax,
)
from .truth import Amounts, TruthLine, TruthTax

Object = dict[str, Any]
Bag = dict[str, dict[str, str]]


class OrderDocument:
    """One order in both currencies; `bag` pairs the two sides of an amount."""

    def __init__(
        self, spec: OrderSpec, shop: Priced, presentment: Priced, ids: Ids
    ) -> None:
        self.spec = spec
        self.shop = shop
        self.presentment = presentment
        self.ids = ids
        self.currencies = Currencies(spec.currency, spec.presentment)
        self.applications = [
            self._application(index, discount)
            for index, discount in enumerate(spec.discounts)
        ]

    def bag(self, name: str) -> Bag:
        """Return the order total `name`, e.g. ``total`` or ``tip``."""
        return self.currencies.bag(
            getattr(self.shop, name), getattr(self.presentment, name)
        )

    # === DISCOUNTS ===

    def _application(self, index: int, discount: DiscountSpec) -> Object:
        application = {
            "__typename": "AutomaticDiscountApplication",
            "index": index,
            "allocationMethod": "EACH" if discount.target == LINES else "ACROSS",
            "targetType": "LINE_ITEM"
            if discount.target in (LINES, ORDER)
            else "SHIPPING_LINE",
            "targetSelection": "ENTITLED" if discount.target == LINES else "ALL",
            "value": self._value(discount),
        }
        if discount.code:
            application["__typename"] = "DiscountCodeApplication"
            application["code"] = discount.title
        else:
            application["title"] = discount.title
        return application

    def _value(self, discount: DiscountSpec) -> Object:
        if discount.percentage is not None:
            percentage = float(discount.percentage)
            return {"__typename": "PricingPercentageValue", "percentage": percentage}
        return money_v2(discount.amount or ZERO, self.currencies.shop)

    def _allocations(self, shop: PricedLine, presentment: PricedLine) -> list[Object]:
        there = dict(presentment.allocations)
        here = dict(shop.allocations)
        return [
            {
                "allocatedAmountSet": self.currencies.bag(
                    here.get(index, ZERO), there.get(index, ZERO)
                ),
                "discountApplication": self.applications[index],
            }
            for index in sorted(here.keys() | there.keys())
        ]

    # === TAXES ===

    def _tax_line(self, tax: Tax, shop: Decimal, presentment: Decimal) -> Object:
        return {
            "title": tax.title,
            "rate": float(tax.rate),
            "ratePercentage": float(tax.rate * 100),
            "priceSet": self.currencies.bag(shop, presentment),
            "source": "Shopify",
            "channelLiable": False,
        }

    def _tax_lines(
        self,
        taxes: Sequence[Tax],
        shop: Sequence[Decimal],
        presentment: Sequence[Decimal],
    ) -> list[Object]:
        rows = zip(taxes, shop, presentment, strict=True)
        return [self._tax_line(*row) for row in rows]

    def order_tax_lines(self) -> list[Object]:
        """Sum the taxes of lines, shipping and duties by title and rate."""
        sums: dict[tuple[str, Decimal], list[Decimal]] = {}
        for side, priced in enumerate((self.shop, self.presentment)):
            for tax, amount in self._all_taxes(priced):
                sums.setdefault((tax.title, tax.rate), [ZERO, ZERO])[side] += amount
        return [
            self._tax_line(Tax(title, rate), *amounts)
            for (title, rate), amounts in sorted(sums.items())
        ]

    def _all_taxes(self, priced: Priced) -> Iterable[tuple[Tax, Decimal]]:
        for line, row in zip(self.spec.lines, priced.lines, strict=True):
            yield from zip(line.taxes, row.taxes, strict=True)
            if row.duty:
                yield from zip(self.spec.duty_taxes, row.duty_taxes, strict=True)
        if self.spec.shipping and priced.shipping:
            yield from zip(self.spec.shipping.taxes, priced.shipping.taxes, strict=True)

    # === LINES ===

    def line_items(self, unfulfilled: bool) -> list[Object]:
        rows = zip(
            self.spec.lines, self.shop.lines, self.presentment.lines, strict=True
        )
        return [self._line_item(*row, unfulfilled) for row in rows]

    def _line_item(
        self, line: LineSpec, shop: PricedLine, there: PricedLine, unfulfilled: bool
    ) -> Object:
        gid, _ = self.ids.next("LineItem")
        name = (
            f"{line.title} - {line.variant_title}" if line.variant_title else line.title
        )
        quantity = line.quantity
        return {
            "__typename": "LineItem",
            "id": gid,
            "name": name,
            "title": line.title,
            "variantTitle": line.variant_title,
            "sku": line.sku,
            "vendor": line.vendor,
            "quantity": quantity,
            "currentQuantity": quantity,
            "unfulfilledQuantity": quantity if unfulfilled else 0,
            "refundableQuantity": quantity,
            "isGiftCard": line.gift_card,
            "requiresShipping": line.requires_shipping,
            "taxable": bool(line.taxes),
            **self._line_money(line, shop, there),
            "discountAllocations": self._allocations(shop, there),
            "taxLines": self._tax_lines(line.taxes, shop.taxes, there.taxes),
            "customAttributes": self._attributes(line),
            "duties": self._duties(shop, there),
            "product": line.product,
            "variant": line.variant,
        }

    def _line_money(
        self, line: LineSpec, shop: PricedLine, there: PricedLine
    ) -> Object:
        """`discounted*` hold line discounts without code only; see the schema."""
        bag, currencies = self.currencies.bag, self.currencies
        both = ((shop, currencies.shop), (there, currencies.presentment))
        discounts = [self._line_discount(row) for row, _ in both]
        left = [
            row.original - cut for (row, _), cut in zip(both, discounts, strict=True)
        ]
        units = [
            rounded(amount / line.quantity, currency)
            for amount, (_, currency) in zip(left, both, strict=True)
        ]
        after = [rounded(row.net / line.quantity, currency) for row, currency in both]
        return {
            "originalUnitPriceSet": bag(shop.unit, there.unit),
            "originalTotalSet": bag(shop.original, there.original),
            "discountedUnitPriceSet": bag(*units),
            "discountedTotalSet": bag(*left),
            "discountedUnitPriceAfterAllDiscountsSet": bag(*after),
            "totalDiscountSet": bag(*discounts),
        }

    def _line_discount(self, row: PricedLine) -> Decimal:
        return total_of(
            amount
            for index, amount in row.allocations
            if self.spec.discounts[index].target == LINES
            and not self.spec.discounts[index].code
        )

    def _attributes(self, line: LineSpec) -> list[Object]:
        if line.product is None and line.sku is None:
            return [
                {"key": "Gravur", "value": "Für Oma ❤"},
                {"key": "_internal", "value": None},
            ]
        return []

    def _duties(self, shop: PricedLine, there: PricedLine) -> list[Object]:
        if not shop.duty:
            return []
        gid, _ = self.ids.next("Duty")
        taxes = self._tax_lines(self.spec.duty_taxes, shop.duty_taxes, there.duty_taxes)
        price = self.currencies.bag(shop.duty, there.duty)
        return [{"__typename": "Duty", "id": gid, "price": price, "taxLines": taxes}]

    def shipping_lines(self) -> list[Object]:
        spec, shop, there = (
            self.spec.shipping,
            self.shop.shipping,
            self.presentment.shipping,
        )
        if not (spec and shop and there):
            return []
        gid, _ = self.ids.next("ShippingLine")
        net = self.currencies.bag(shop.net, there.net)
        return [
            {
                "__typename": "ShippingLine",
                "id": gid,
                "title": spec.title,
                "code": spec.code,
                "source": "shopify" if spec.carrier is None else spec.carrier,
                "custom": spec.custom,
                "isRemoved": False,
                "carrierIdentifier": spec.carrier,
                "originalPriceSet": self.currencies.bag(shop.original, there.original),
                "discountedPriceSet": net,
                "currentDiscountedPriceSet": net,
                "discountAllocations": self._allocations(shop, there),
                "taxLines": self._tax_lines(spec.taxes, shop.taxes, there.taxes),
            }
        ]

    # === TRUTH ===

    def amounts(self, priced: Priced, received: Decimal) -> Amounts:
        """Return the truth of one side."""
        spec, shipping = self.spec, priced.shipping
        shipping_taxes = spec.shipping.taxes if spec.shipping else []
        duty_rows = [row for row in priced.lines if row.duty]
        return Amounts(
            currency=priced.currency,
            total=priced.total,
            tax_total=priced.tax_total,
            shipping=priced.shipping_net,
            shipping_taxes=_truth_taxes(
                shipping_taxes, shipping.taxes if shipping else []
            ),
            tip=priced.tip,
            duties=priced.duties,
            duty_taxes=[
                tax
                for row in duty_rows
                for tax in _truth_taxes(spec.duty_taxes, row.duty_taxes)
            ],
            cash_rounding=priced.cash_rounding,
            discount_total=priced.discount_total,
            received=received,
            lines=[
                _truth_line(line, row)
                for line, row in zip(spec.lines, priced.lines, strict=True)
            ],
        )


def _truth_taxes(taxes: Sequence[Tax], amounts: Sequence[Decimal]) -> list[TruthTax]:
    rows = zip(taxes, amounts, strict=True)
    return [TruthTax(tax.title, tax.rate, amount) for tax, amount in rows]


def _truth_line(line: LineSpec, row: PricedLine) -> TruthLine:
    variant = line.variant["id"] if line.variant else None
    taxes = _truth_taxes(line.taxes, row.taxes)
    return TruthLine(
        line.title, line.sku, variant, line.quantity, row.net, taxes, line.gift_card
    )
