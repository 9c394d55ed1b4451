# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Choose what is bought: lines, taxes, discounts, shipping, tip, currency.

A *scenario* is a named trait of an order. Orders take the names of ``SCENARIOS`` in
turn, so every trait occurs once in ``len(SCENARIOS)`` orders, and a few more at random.
``some_lines``, six goods and three of the first, is only had by asking for it.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from . import samples
from .money import PER_EURO, ZERO, convert, rounded
from .pricing import (
    LINES,
    ORDER,
    SHIPPING,
    DiscountSpec,
    LineSpec,
    OrderSpec,
    ShippingSpec,
    Tax,
)

Object = dict[str, Any]

SCENARIOS = (
    "plain",
    "line_discount",
    "guest",
    "order_percentage",
    "presentment",
    "other_case_email",
    "order_fixed",
    "tip",
    "shipping_discount",
    "gift_card",
    "custom_line",
    "phone_only",
    "two_taxes",
    "other_case_guest",
    "deleted_product",
    "free_shipping",
    "unpaid",
    "b2b",
    "zero_rate",
    "yen",
    "same_address",
    "cancelled",
    "duplicate_sku",
    "cash_rounding",
    "many_lines",
    "no_country",
    "no_sku",
    "authorized",
    "paid_with_gift_card",
    "test",
    "untaxed",
    "free_shipping_code",
    "partially_paid",
    "stacked_discounts",
    "digital_only",
    "no_shipping_address",
)

#: Traits that any order may have as well, with their probability.
EXTRAS = {
    "line_discount": 0.12,
    "order_percentage": 0.12,
    "order_fixed": 0.08,
    "tip": 0.05,
}

RATES = {
    "standard": [("MwSt", "0.19")],
    "reduced": [("MwSt", "0.07")],
    "twenty": [("VAT", "0.2")],
    "zero": [("VAT", "0.0")],
    "two": [("GST", "0.05"), ("QST", "0.09975")],
}


class BasketGenerator:
    def __init__(
        self,
        rng: Random,
        products: list[Object],
        currency: str,
        taxes: str,
        duties: bool,
    ) -> None:
        self.rng = rng
        self.products = products
        self.currency = currency
        self.taxes = taxes
        self.duties = duties
        goods = [product for product in products if not product["isGiftCard"]]
        self.goods = [item for product in goods for item in product["variants"]]
        self.gift_cards = [
            item
            for product in products
            if product["isGiftCard"]
            for item in product["variants"]
        ]

    def scenarios(self, index: int) -> list[str]:
        names = [SCENARIOS[index % len(SCENARIOS)]]
        for name, chance in EXTRAS.items():
            if self.rng.random() < chance and name not in names:
                names.append(name)
        return names

    def order(self, scenarios: list[str]) -> OrderSpec:
        included = self.taxes == "included"
        if self.taxes == "mixed":
            included = self.rng.random() < 0.5
        lines = self._lines(scenarios)
        spec = OrderSpec(
            currency=self.currency,
            presentment=self._presentment(scenarios),
            taxes_included=included,
            lines=lines,
            discounts=self._discounts(scenarios, lines),
            shipping=self._shipping(scenarios, lines),
            tip=self._amount(100, 900) if "tip" in scenarios else ZERO,
            cash_step=self._cash_step(scenarios),
        )
        if self.duties and self.rng.random() < 0.2:
            self._add_duties(spec)
        return spec

    # === MONEY ===

    def _amount(self, low: int, high: int) -> Decimal:
        """Return a random amount in the shop's currency, bounds in cents."""
        return rounded(Decimal(self.rng.randrange(low, high)) / 100, self.currency)

    def _presentment(self, scenarios: list[str]) -> str:
        if "cash_rounding" in scenarios:
            return self.currency
        if "yen" in scenarios:
            return "JPY"
        if "presentment" in scenarios:
            others = sorted(set(PER_EURO) - {self.currency, "JPY"})
            return self.rng.choice(others)
        return self.currency

    def _cash_step(self, scenarios: list[str]) -> Decimal:
        if "cash_rounding" not in scenarios:
            return ZERO
        return Decimal(10) if self.currency == "JPY" else Decimal("0.05")

    # === LINES ===

    def _lines(self, scenarios: list[str]) -> list[LineSpec]:
        if "digital_only" in scenarios:
            return [self._gift_card_line()]
        if "some_lines" in scenarios:
            lines = [self._line(item, scenarios) for item in self.goods[:6]]
            lines[0].quantity = 3
            return lines
        count = 60 if "many_lines" in scenarios else self.rng.randrange(1, 6)
        if "order_fixed" in scenarios or "line_discount" in scenarios:
            count = max(count, 3)
        lines = [
            self._line(self.rng.choice(self.goods), scenarios) for _ in range(count)
        ]
        lines += self._special_lines(scenarios)
        if "untaxed" in scenarios:
            for line in lines:
                line.taxes = []
        return lines

    def _special_lines(self, scenarios: list[str]) -> list[LineSpec]:
        lines = []
        if "duplicate_sku" in scenarios:
            lines += [self._line(item, scenarios) for item in self.goods[:2]]
        if "no_sku" in scenarios:
            lines += [self._line(item, scenarios) for item in self.goods[-2:]]
        if "gift_card" in scenarios:
            lines.append(self._gift_card_line())
        if "custom_line" in scenarios:
            lines.append(self._custom_line(scenarios))
        if "deleted_product" in scenarios:
            line = self._line(self.rng.choice(self.goods), scenarios)
            line.product = line.variant = None
            lines.append(line)
        return lines

    def _line(self, variant: Object, scenarios: list[str]) -> LineSpec:
        product, item = variant["product"], variant["inventoryItem"]
        weight = item["measurement"]["weight"]
        return LineSpec(
            title=product["title"],
            quantity=self.rng.choice((1, 1, 1, 2, 3, 7)),
            price=Decimal(variant["price"]),
            taxes=self._taxes(scenarios, product),
            sku=variant["sku"],
            variant_title=None
            if variant["title"] == "Default Title"
            else variant["title"],
            vendor=product["vendor"],
            product=product,
            variant=variant,
            requires_shipping=item["requiresShipping"],
            grams=int(weight["value"]) if weight else 0,
        )

    def _gift_card_line(self) -> LineSpec:
        line = self._line(self.rng.choice(self.gift_cards), ["untaxed"])
        line.gift_card = True
        line.taxes = []
        return line

    def _custom_line(self, scenarios: list[str]) -> LineSpec:
        return LineSpec(
            title="Gravur „Für Oma“",
            quantity=self.rng.randrange(1, 3),
            price=self._amount(250, 4000),
            taxes=self._taxes(scenarios, None),
            requires_shipping=False,
        )

    def _taxes(self, scenarios: list[str], product: Object | None) -> list[Tax]:
        name = "standard"
        if "two_taxes" in scenarios:
            name = "two"
        elif "zero_rate" in scenarios:
            name = "zero"
        elif "b2b" in scenarios:
            name = "twenty"
        elif product and product["productType"] == "Food":
            name = "reduced"
        return [Tax(title, Decimal(rate)) for title, rate in RATES[name]]

    # === DISCOUNTS AND SHIPPING ===

    def _discounts(
        self, scenarios: list[str], lines: list[LineSpec]
    ) -> list[DiscountSpec]:
        found = []
        stacked = "stacked_discounts" in scenarios
        if "line_discount" in scenarios or stacked:
            chosen = sorted(self.rng.sample(range(len(lines)), max(1, len(lines) // 2)))
            rate = Decimal(self.rng.choice((5, 10, 33, 50)))
            found.append(DiscountSpec(LINES, "Bundle", False, rate, lines=chosen))
        if "order_percentage" in scenarios or stacked:
            rate = Decimal(self.rng.choice(("7.5", "10", "15", "33.3")))
            found.append(
                DiscountSpec(ORDER, self.rng.choice(samples.CODES), True, rate)
            )
        if "order_fixed" in scenarios:
            amount = self._amount(200, 1500)
            found.append(DiscountSpec(ORDER, "MINUS-FIVE", True, amount=amount))
        if "shipping_discount" in scenarios:
            found.append(DiscountSpec(SHIPPING, "Half shipping", False, Decimal(50)))
        if "free_shipping_code" in scenarios:
            found.append(DiscountSpec(SHIPPING, "FREESHIP", True, Decimal(100)))
        return found

    def _shipping(
        self, scenarios: list[str], lines: list[LineSpec]
    ) -> ShippingSpec | None:
        needed = any(line.requires_shipping for line in lines)
        if not needed or "cash_rounding" in scenarios or "digital_only" in scenarios:
            return None
        taxes = [] if "untaxed" in scenarios else self._taxes(scenarios, None)
        price = ZERO if "free_shipping" in scenarios else self._amount(290, 1990)
        title, code, carrier = self.rng.choice(
            (("Standard", "standard", None), ("DHL Paket", "DHL_PAKET", "dhl-5f2"))
        )
        return ShippingSpec(title, code, price, taxes, carrier=carrier)

    def _add_duties(self, spec: OrderSpec) -> None:
        spec.duty_taxes = [Tax("Import VAT", Decimal("0.2"))]
        for line in spec.lines:
            if line.requires_shipping:
                line.duty = convert(line.price / 10, self.currency, self.currency)
