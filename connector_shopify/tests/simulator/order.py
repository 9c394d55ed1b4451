# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Put the parts of an order together: the Shopify object and the truth."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .buyer import Buyer
from .document import OrderDocument
from .identity import Ids
from .payment import Payment
from .truth import Amounts, Truth, address_truth

Object = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """Everything that was chosen for one order."""

    index: int
    scenarios: list[str]
    created: str
    updated: str
    buyer: Buyer
    payment: Payment
    document: OrderDocument
    note: str | None
    tags: list[str]


def order_object(draft: Draft, ids: Ids) -> Object:
    """Return an ``Order`` with every field that is simulated."""
    gid, number = ids.next("Order")
    return {
        "__typename": "Order",
        "id": gid,
        "legacyResourceId": number,
        **_head(draft),
        **_life_cycle(draft),
        **_buyer(draft),
        **_payment(draft),
        **_totals(draft),
        **_lines(draft),
    }


def _head(draft: Draft) -> Object:
    index, spec = draft.index, draft.document.spec
    gift = [{"key": "gift", "value": "yes 🎁"}] if index % 9 == 4 else []
    return {
        "name": f"#{1001 + index}",
        "number": 1001 + index,
        "test": "test" in draft.scenarios,
        "note": draft.note,
        "tags": draft.tags,
        "poNumber": f"PO-{index:05d}" if "b2b" in draft.scenarios else None,
        "sourceName": "pos" if "cash_rounding" in draft.scenarios else "web",
        "customAttributes": gift,
        "currencyCode": spec.currency,
        "presentmentCurrencyCode": spec.presentment,
        "taxesIncluded": spec.taxes_included,
        "taxExempt": "untaxed" in draft.scenarios,
        "risk": {"recommendation": "ACCEPT" if index % 4 else "NONE"},
    }


def _life_cycle(draft: Draft) -> Object:
    """A cancelled order keeps its lines: it was voided without restocking."""
    cancelled = "cancelled" in draft.scenarios
    return {
        "createdAt": draft.created,
        "processedAt": draft.created,
        "updatedAt": draft.updated,
        "cancelledAt": draft.updated if cancelled else None,
        "cancelReason": "CUSTOMER" if cancelled else None,
        "closed": cancelled,
        "closedAt": draft.updated if cancelled else None,
        "confirmed": True,
        "edited": False,
        "returnStatus": "NO_RETURN",
        "refunds": [],
        "returns": [],
        "fulfillmentOrders": [],
        "fulfillments": [],
    }


def _buyer(draft: Draft) -> Object:
    buyer = draft.buyer
    same = False
    if buyer.billing and buyer.shipping:
        same = {**buyer.billing, "id": None} == {**buyer.shipping, "id": None}
    return {
        "email": buyer.email,
        "phone": buyer.phone,
        "customerLocale": buyer.customer["locale"] if buyer.customer else None,
        "customer": buyer.customer,
        "billingAddress": buyer.billing,
        "shippingAddress": buyer.shipping,
        "billingAddressMatchesShippingAddress": same,
        "purchasingEntity": buyer.purchasing_entity,
    }


def _payment(draft: Draft) -> Object:
    document, payment = draft.document, draft.payment
    shop, there = document.shop, document.presentment
    received = document.currencies.bag(*payment.received)
    outstanding = document.currencies.bag(
        shop.total - payment.received[0], there.total - payment.received[1]
    )
    zero = document.currencies.zero()
    return {
        "displayFinancialStatus": payment.status,
        "paymentGatewayNames": payment.gateways,
        "transactions": payment.transactions,
        "totalReceivedSet": received,
        "netPaymentSet": received,
        "totalOutstandingSet": zero if payment.status == "VOIDED" else outstanding,
        "totalRefundedSet": zero,
        "totalCashRoundingAdjustment": {
            "paymentSet": document.bag("cash_rounding"),
            "refundSet": zero,
        },
    }


def _totals(draft: Draft) -> Object:
    document = draft.document
    total, subtotal = document.bag("total"), document.bag("subtotal")
    discounts, tax = document.bag("discount_total"), document.bag("tax_total")
    shipping = document.bag("shipping_net")
    duties = document.bag("duties") if document.shop.duties else None
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
        "totalShippingPriceSet": shipping,
        "currentShippingPriceSet": shipping,
        "originalTotalDutiesSet": duties,
        "currentTotalDutiesSet": duties,
    }


def _lines(draft: Draft) -> Object:
    document = draft.document
    spec = document.spec
    digital = not any(line.requires_shipping for line in spec.lines)
    fulfilled = digital or "cash_rounding" in draft.scenarios
    codes = [discount.title for discount in spec.discounts if discount.code]
    tax_lines = document.order_tax_lines()
    grams = sum(line.grams * line.quantity for line in spec.lines)
    return {
        "displayFulfillmentStatus": "FULFILLED" if fulfilled else "UNFULFILLED",
        "discountCode": codes[0] if codes else None,
        "discountCodes": codes,
        "discountApplications": document.applications,
        "totalWeight": str(grams),
        "requiresShipping": not digital,
        "shippingLines": document.shipping_lines(),
        "lineItems": document.line_items(unfulfilled=not fulfilled),
        "taxLines": tax_lines,
        "currentTaxLines": tax_lines,
    }


def order_truth(order: Object, draft: Draft) -> Truth:
    document, buyer, payment = draft.document, draft.buyer, draft.payment
    shop = document.amounts(document.shop, payment.received[0])
    return Truth(
        **{field.name: getattr(shop, field.name) for field in fields(Amounts)},
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
        scenarios=draft.scenarios,
        presentment=document.amounts(document.presentment, payment.received[1]),
    )
