# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate a shop: the same seed and options give the same shop, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from random import Random
from typing import Any

from . import samples
from .basket import BasketGenerator
from .buyer import Buyer, BuyerGenerator
from .catalog import CatalogGenerator
from .document import OrderDocument
from .identity import Ids, iso
from .payment import Payment, PaymentGenerator
from .people import PeopleGenerator
from .pricing import OrderSpec, price_order
from .truth import Amounts, Truth, address_truth

Object = dict[str, Any]


@dataclass(slots=True)
class World:
    """What exists before the first order."""

    products: list[Object]
    customers: list[Object]
    locations: list[Object]
    companies: list[Object]


class Generator:
    """`taxes`: included, excluded or mixed (per order)."""

    def __init__(
        self,
        seed: int,
        currency: str,
        taxes: str,
        start: datetime,
        products: int,
        customers: int,
        duties: bool = False,
    ) -> None:
        if taxes not in ("included", "excluded", "mixed"):
            raise ValueError(f"taxes must be included, excluded or mixed, not {taxes!r}")
        self.rng = Random(seed)
        self.ids = Ids()
        self.start = start
        catalog = CatalogGenerator(self.rng, self.ids, currency, start)
        self.people = PeopleGenerator(self.rng, self.ids, start)
        self.world = World(
            products=catalog.products(products),
            customers=self.people.customers(customers),
            locations=catalog.locations(),
            companies=catalog.companies(),
        )
        world = self.world
        self.basket = BasketGenerator(self.rng, world.products, currency, taxes, duties)
        self.buyers = BuyerGenerator(self.rng, self.people, world.customers, world.companies)
        self.payments = PaymentGenerator(self.rng, self.ids)
        self.count = 0
        self._moment = start

    def order(
        self, moment: datetime | None = None, scenarios: list[str] | None = None
    ) -> tuple[Object, Truth]:
        """Return the next order; without `moment` it follows the one before."""
        index = self.count
        self.count += 1
        chosen = scenarios or self.basket.scenarios(index)
        spec = self.basket.order(chosen)
        shop = price_order(spec, spec.currency)
        there = shop
        if spec.presentment != spec.currency:
            there = price_order(spec, spec.presentment)
        created, updated = self._times(moment)
        buyer = self.buyers.choose(chosen)
        payment = self.payments.pay(chosen, shop, there, created)
        document = OrderDocument(spec, shop, there, self.ids)
        head = self._head(index, chosen, spec, created, updated)
        order = {
            **head,
            **self._buyer_fields(buyer, chosen),
            **self._money_fields(document, payment),
            **self._line_fields(document, payment, chosen),
        }
        return order, self._truth(order, chosen, buyer, document, payment)

    def _times(self, moment: datetime | None) -> tuple[str, str]:
        """Orders come in bursts: several share one second, as after a flash sale."""
        if moment is not None:
            return iso(moment), iso(moment)
        if self.rng.random() > 0.15:
            self._moment += timedelta(seconds=self.rng.randrange(5, 900))
        later = self.rng.choice((0, 0, 0, 3, 60))
        return iso(self._moment), iso(self._moment + timedelta(seconds=later))

    def _head(
        self, index: int, scenarios: list[str], spec: OrderSpec, created: str, updated: str
    ) -> Object:
        gid, number = self.ids.next("Order")
        cancelled = "cancelled" in scenarios
        return {
            "__typename": "Order",
            "id": gid,
            "legacyResourceId": number,
            "name": f"#{1001 + index}",
            "number": 1001 + index,
            "createdAt": created,
            "processedAt": created,
            "updatedAt": updated,
            "cancelledAt": updated if cancelled else None,
            "cancelReason": "CUSTOMER" if cancelled else None,
            "closed": cancelled,
            "closedAt": updated if cancelled else None,
            "confirmed": True,
            "test": "test" in scenarios,
            "note": self.rng.choice(samples.NOTES),
            "tags": sorted(self.rng.sample(samples.TAGS, self.rng.randrange(3))),
            "poNumber": f"PO-{index:05d}" if "b2b" in scenarios else None,
            "sourceName": "pos" if "cash_rounding" in scenarios else "web",
            "customAttributes": [{"key": "gift", "value": "yes 🎁"}] if index % 9 == 4 else [],
            "currencyCode": spec.currency,
            "presentmentCurrencyCode": spec.presentment,
            "taxesIncluded": spec.taxes_included,
            "edited": False,
            "returnStatus": "NO_RETURN",
            "risk": {"recommendation": "ACCEPT" if index % 4 else "NONE", "assessments": []},
            "refunds": [],
            "fulfillmentOrders": [],
        }

    def _buyer_fields(self, buyer: Buyer, scenarios: list[str]) -> Object:
        customer = buyer.customer
        return {
            "email": buyer.email,
            "phone": buyer.phone,
            "customerLocale": customer["locale"] if customer else None,
            "taxExempt": "untaxed" in scenarios,
            "customer": customer,
            "billingAddress": buyer.billing,
            "shippingAddress": buyer.shipping,
            "billingAddressMatchesShippingAddress": _same(buyer),
            "purchasingEntity": buyer.purchasing_entity,
        }

    def _money_fields(self, document: OrderDocument, payment: Payment) -> Object:
        zero = document.currencies.zero()
        shop, there = document.shop, document.presentment
        received = document.currencies.bag(*payment.received)
        outstanding = document.currencies.bag(
            shop.total - payment.received[0], there.total - payment.received[1]
        )
        if payment.status == "VOIDED":
            outstanding = zero
        duties = document.bag("duties") if shop.duties else None
        total, subtotal = document.bag("total"), document.bag("subtotal")
        discounts, tax = document.bag("discount_total"), document.bag("tax_total")
        return {
            "originalTotalPriceSet": total,
            "totalPriceSet": total,
            "currentTotalPriceSet": total,
            "subtotalPriceSet": subtotal,
            "currentSubtotalPriceSet": subtotal,
            "totalTaxSet": tax,
            "currentTotalTaxSet": tax,
            "totalTipReceivedSet": document.bag("tip"),
            "totalDiscountsSet": discounts,
            "currentTotalDiscountsSet": discounts,
            "totalShippingPriceSet": document.bag("shipping_net"),
            "currentShippingPriceSet": document.bag("shipping_net"),
            "totalReceivedSet": received,
            "totalOutstandingSet": outstanding,
            "totalRefundedSet": zero,
            "netPaymentSet": received,
            "totalCashRoundingAdjustment": {
                "paymentSet": document.bag("cash_rounding"),
                "refundSet": zero,
            },
            "originalTotalDutiesSet": duties,
            "currentTotalDutiesSet": duties,
        }

    def _line_fields(
        self, document: OrderDocument, payment: Payment, scenarios: list[str]
    ) -> Object:
        spec = document.spec
        digital = not any(line.requires_shipping for line in spec.lines)
        fulfilled = digital or "cash_rounding" in scenarios
        codes = [discount.title for discount in spec.discounts if discount.code]
        tax_lines = document.order_tax_lines()
        return {
            "displayFinancialStatus": payment.status,
            "displayFulfillmentStatus": "FULFILLED" if fulfilled else "UNFULFILLED",
            "paymentGatewayNames": payment.gateways,
            "transactions": payment.transactions,
            "discountCode": codes[0] if codes else None,
            "discountCodes": codes,
            "discountApplications": document.applications,
            "totalWeight": str(sum(line.grams * line.quantity for line in spec.lines)),
            "requiresShipping": not digital,
            "shippingLines": document.shipping_lines(),
            "lineItems": document.line_items(unfulfilled=not fulfilled),
            "taxLines": tax_lines,
            "currentTaxLines": tax_lines,
        }

    def _truth(
        self,
        order: Object,
        scenarios: list[str],
        buyer: Buyer,
        document: OrderDocument,
        payment: Payment,
    ) -> Truth:
        shop = document.amounts(document.shop, payment.received[0])
        amounts = {field.name: getattr(shop, field.name) for field in fields(Amounts)}
        return Truth(
            **amounts,
            gid=order["id"],
            name=order["name"],
            created_at=order["createdAt"],
            updated_at=order["updatedAt"],
            taxes_included=order["taxesIncluded"],
            email=buyer.email.lower() if buyer.email else None,
            phone=buyer.phone,
            customer_gid=buyer.customer["id"] if buyer.customer else None,
            customer_name=f"{buyer.names['first']} {buyer.names['last']}",
            company_name=buyer.company_name,
            billing_address=address_truth(buyer.billing),
            shipping_address=address_truth(buyer.shipping),
            cancelled=order["cancelledAt"] is not None,
            test=order["test"],
            financial_status=payment.status,
            note=order["note"],
            tags=list(order["tags"]),
            scenarios=scenarios,
            presentment=document.amounts(document.presentment, payment.received[1]),
        )


def _same(buyer: Buyer) -> bool:
    """Say whether both addresses are equal but for their ids."""
    if buyer.billing is None or buyer.shipping is None:
        return False
    return {**buyer.billing, "id": None} == {**buyer.shipping, "id": None}
