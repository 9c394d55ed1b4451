# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's Order (Admin API 2026-10) to the document Order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import (
    Address,
    Customer,
    CustomerCompany,
    Hold,
    Money,
    Order,
    OrderLine,
    Risk,
    ShippingLine,
    TaxAmount,
)
from odoo.addons.connector_hub.documents.order import LineKind
from odoo.addons.connector_hub.exceptions import InvalidData

from . import delivery_parts, parts, refund_parts
from .customer_mapper import customer
from .order_quantities import Figures, shared
from .parts import MoneySide, amount
from .payment_parts import payments
from .times import parse_time

#: OrderRiskRecommendationResult
RISKS = {
    "ACCEPT": Risk.ACCEPT,
    "INVESTIGATE": Risk.INVESTIGATE,
    "CANCEL": Risk.CANCEL,
}
#: OrderDisplayFulfillmentStatus of orders of which nothing may be delivered now
ON_HOLD = "ON_HOLD"


class ShopifyOrderMapper(Component):
    """Orders of a store."""

    _name = "hub.shopify.order.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.order"
    _system = "shopify"
    _needed = frozenset({"transactions"})

    def options(self) -> dict[str, Any]:
        """Return which of the two moneys orders are booked in."""
        return {"side": self.backend_record.shopify_money}

    @staticmethod
    def to_document(payload: dict[str, Any], **options: Any) -> Order:
        """Translate ``orders.nodes[]`` as queried in orders.graphql.

        :param side: "presentment" (the buyer's currency) or "shop"
        """
        side: MoneySide = options.get("side", "presentment")
        figures = Figures.of(payload, side)
        billing = parts.address(payload["billingAddress"])
        shipping = parts.address(payload["shippingAddress"])
        currency = (
            "presentmentCurrencyCode" if side == "presentment" else "currencyCode"
        )
        version = _time(payload, "updatedAt")
        return Order(
            external_id=payload["id"],
            version=version,
            name=payload["name"],
            placed_at=_time(payload, "processedAt"),
            cancelled_at=parse_time(payload["cancelledAt"]),
            cancel_reason=payload["cancelReason"] or "",
            test=payload["test"],
            currency=payload[currency],
            taxes_included=payload["taxesIncluded"],
            customer=_buyer(payload, version, billing or shipping),
            billing=billing,
            shipping=shipping,
            lines=tuple(_lines(payload, side, figures)),
            shipping_lines=tuple(_shipping_lines(payload, side)),
            tip=amount(payload["totalTipReceivedSet"], side),
            duties=amount(payload["originalTotalDutiesSet"], side),
            duty_taxes=_duty_taxes(payload, side),
            cash_rounding=amount(
                payload["totalCashRoundingAdjustment"]["paymentSet"], side
            ),
            total=figures.total,
            total_tax=figures.total_tax,
            shop_total=_shop_total(payload, side, figures),
            deliveries=delivery_parts.deliveries(payload),
            refunds=refund_parts.refunds(payload, side),
            returns=refund_parts.returns(payload),
            outstanding=_outstanding(payload, side),
            risk=_risk(payload),
            holds=_holds(payload),
            financial_status=payload["displayFinancialStatus"] or "",
            fulfillment_status=payload["displayFulfillmentStatus"] or "",
            payment_gateways=tuple(payload["paymentGatewayNames"]),
            payments=payments(payload, side),
            purchase_order=parts.text(payload, "poNumber"),
            note=parts.text(payload, "note"),
            tags=tuple(payload["tags"]),
            attributes=parts.attributes(payload["customAttributes"]),
        )


def _duty_taxes(payload: dict[str, Any], side: MoneySide) -> tuple[TaxAmount, ...]:
    """Return the order's taxes that are on none of its lines.

    Reading the taxes of each line's duties would cost points for every line of every
    order, and few orders have any.
    """
    if not amount(payload["originalTotalDutiesSet"], side):
        return ()
    left = {(tax.title, tax.rate): tax.amount for tax in parts.taxes(payload, side)}
    for node in (*payload["lineItems"]["nodes"], *payload["shippingLines"]["nodes"]):
        for tax in parts.taxes(node, side):
            key = (tax.title, tax.rate)
            left[key] = left.get(key, Decimal(0)) - tax.amount
    return tuple(
        TaxAmount(title=title, rate=rate, amount=value)
        for (title, rate), value in left.items()
        if value > 0
    )


def _outstanding(payload: dict[str, Any], side: MoneySide) -> Decimal | None:
    bag = payload.get("totalOutstandingSet")
    return amount(bag, side) if bag else None


def _risk(payload: dict[str, Any]) -> Risk:
    advice = (payload.get("risk") or {}).get("recommendation") or ""
    return RISKS.get(advice, Risk.NONE)


def _holds(payload: dict[str, Any]) -> tuple[Hold, ...]:
    """Return that fulfilment is on hold, when it is of the whole order."""
    if payload["displayFulfillmentStatus"] != ON_HOLD:
        return ()
    return (Hold(external_id=payload["id"], reason="Fulfillment on hold"),)


def _shop_total(
    payload: dict[str, Any], side: MoneySide, figures: Figures
) -> Money | None:
    currency = payload["currencyCode"]
    if side == "shop":
        return Money(amount=figures.total, currency=currency)
    name = "currentTotalPriceSet" if figures.edited else "totalPriceSet"
    return Money(amount=amount(payload[name], "shop"), currency=currency)


def _time(payload: dict[str, Any], key: str) -> datetime:
    moment = parse_time(payload[key])
    if moment is None:
        raise InvalidData(
            f"Order {payload['name']} has no {key}.", code="no_time", field=key
        )
    return moment


def _buying_company(entity: dict[str, Any]) -> CustomerCompany | None:
    company = entity.get("company")
    if not company:
        return None
    return CustomerCompany(
        external_id=company["id"],
        name=company["name"],
        location_id=(entity.get("location") or {}).get("id", ""),
        contact_id=(entity.get("contact") or {}).get("id", ""),
    )


def _buyer(
    payload: dict[str, Any], version: datetime, fallback: Address | None
) -> Customer:
    """Return the customer account, or a guest made of what the order says."""
    buying = _buying_company(payload["purchasingEntity"] or {})
    company = buying.name if buying else ""
    if payload["customer"]:
        buyer = customer(payload["customer"])
        return buyer.model_copy(
            update={
                "email": buyer.email or parts.text(payload, "email"),
                "company_name": company,
                "company": buying,
                "default_address": buyer.default_address or fallback,
            }
        )
    return Customer(
        external_id="",
        version=version,
        name=fallback.name if fallback else "",
        company_name=company,
        email=parts.text(payload, "email"),
        phone=parts.text(payload, "phone"),
        language=parts.text(payload, "customerLocale"),
        default_address=fallback,
    )


def _lines(
    payload: dict[str, Any], side: MoneySide, figures: Figures
) -> list[OrderLine]:
    lines = []
    for node in payload["lineItems"]["nodes"]:
        quantity = figures.quantity(node)
        if not quantity:
            continue
        share = figures.share(node)
        variant = node["variant"] or {}
        lines.append(
            OrderLine(
                external_id=node["id"],
                kind=_kind(node),
                title=node["name"],
                sku=parts.text(node, "sku"),
                barcode=parts.text(variant, "barcode"),
                variant_id=variant.get("id", ""),
                quantity=quantity,
                unit_price=amount(node["originalUnitPriceSet"], side),
                discount=shared(parts.allocated(node, side), share),
                taxes=tuple(
                    tax.model_copy(update={"amount": shared(tax.amount, share)})
                    for tax in parts.taxes(node, side)
                ),
                requires_shipping=node["requiresShipping"],
                attributes=parts.attributes(node["customAttributes"]),
            )
        )
    return lines


def _kind(node: dict[str, Any]) -> LineKind:
    """Tell gift cards and lines without any product from ordinary ones.

    A line whose product was deleted keeps its SKU, and is still that product.
    """
    if node["isGiftCard"]:
        return LineKind.GIFT_CARD
    if node["variant"] or parts.text(node, "sku"):
        return LineKind.PRODUCT
    return LineKind.CUSTOM


def _shipping_lines(payload: dict[str, Any], side: MoneySide) -> list[ShippingLine]:
    return [
        ShippingLine(
            external_id=node["id"] or "",
            title=node["title"],
            code=node["code"] or "",
            price=amount(node["originalPriceSet"], side),
            discount=parts.allocated(node, side),
            taxes=parts.taxes(node, side),
        )
        for node in payload["shippingLines"]["nodes"]
        if not node["isRemoved"]
    ]
