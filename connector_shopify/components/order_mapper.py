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
    Money,
    Order,
    OrderLine,
    ShippingLine,
)
from odoo.addons.connector_hub.documents.order import LineKind
from odoo.addons.connector_hub.exceptions import InvalidData

from . import parts, refund_parts
from .customer_mapper import customer
from .parts import MoneySide, amount
from .times import parse_time


class ShopifyOrderMapper(Component):
    """Orders of a store."""

    _name = "hub.shopify.order.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.order"
    _system = "shopify"

    def options(self) -> dict[str, Any]:
        """Return which of the two moneys orders are booked in."""
        return {"side": self.backend_record.shopify_money}

    @staticmethod
    def to_document(payload: dict[str, Any], **options: Any) -> Order:
        """Translate ``orders.nodes[]`` as queried in orders.graphql.

        :param side: "presentment" (the buyer's currency) or "shop"
        """
        side: MoneySide = options.get("side", "presentment")
        current = _is_current(payload, side)
        if payload["edited"] and not current:
            raise _edited_and_refunded(payload)
        billing = parts.address(payload["billingAddress"])
        shipping = parts.address(payload["shippingAddress"])
        currency = (
            "presentmentCurrencyCode" if side == "presentment" else "currencyCode"
        )
        total = "currentTotalPriceSet" if current else "totalPriceSet"
        total_tax = "currentTotalTaxSet" if current else "totalTaxSet"
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
            lines=tuple(_lines(payload, side, current)),
            shipping_lines=tuple(_shipping_lines(payload, side)),
            tip=amount(payload["totalTipReceivedSet"], side),
            duties=amount(payload["originalTotalDutiesSet"], side),
            cash_rounding=amount(
                payload["totalCashRoundingAdjustment"]["paymentSet"], side
            ),
            total=amount(payload[total], side),
            total_tax=amount(payload[total_tax], side),
            shop_total=Money(
                amount=amount(payload[total], "shop"), currency=payload["currencyCode"]
            ),
            refunds=refund_parts.refunds(payload, side),
            returns=refund_parts.returns(payload),
            financial_status=payload["displayFinancialStatus"] or "",
            fulfillment_status=payload["displayFulfillmentStatus"] or "",
            payment_gateways=tuple(payload["paymentGatewayNames"]),
            purchase_order=parts.text(payload, "poNumber"),
            note=parts.text(payload, "note"),
            tags=tuple(payload["tags"]),
            attributes=parts.attributes(payload["customAttributes"]),
        )


def _edited_and_refunded(payload: dict[str, Any]) -> InvalidData:
    """What an edit removed from a paid order is refunded as well.

    Neither the original quantities, which include it, nor the current ones, which lack
    what was refunded otherwise, are what was ordered.
    """
    return InvalidData(
        f"Order {payload['name']} was edited and refunded in Shopify.",
        title="Orders were edited and refunded before they came into Odoo.",
        remedy="Enter this order by hand from what Shopify shows; then skip the"
        " message.",
        code="edited_and_refunded",
    )


def _is_current(payload: dict[str, Any], side: MoneySide) -> bool:
    """Return whether the current quantities and totals are what was ordered.

    After an edit they are; ``currentQuantity`` is also net of refunds, however, so
    with a refund the original figures are the ones that agree with each other.
    """
    return bool(payload["edited"]) and not amount(payload["totalRefundedSet"], side)


def _time(payload: dict[str, Any], key: str) -> datetime:
    moment = parse_time(payload[key])
    if moment is None:
        raise InvalidData(
            f"Order {payload['name']} has no {key}.", code="no_time", field=key
        )
    return moment


def _buyer(
    payload: dict[str, Any], version: datetime, fallback: Address | None
) -> Customer:
    """Return the customer account, or a guest made of what the order says."""
    company = ((payload["purchasingEntity"] or {}).get("company") or {}).get("name", "")
    if payload["customer"]:
        buyer = customer(payload["customer"])
        return buyer.model_copy(
            update={
                "email": buyer.email or parts.text(payload, "email"),
                "company_name": company,
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


def _lines(payload: dict[str, Any], side: MoneySide, current: bool) -> list[OrderLine]:
    lines = []
    for node in payload["lineItems"]["nodes"]:
        quantity = node["currentQuantity"] if current else node["quantity"]
        if not quantity:
            continue
        variant = node["variant"] or {}
        lines.append(
            OrderLine(
                external_id=node["id"],
                kind=_kind(node),
                title=node["name"],
                sku=parts.text(node, "sku"),
                barcode=parts.text(variant, "barcode"),
                variant_id=variant.get("id", ""),
                quantity=Decimal(quantity),
                unit_price=amount(node["originalUnitPriceSet"], side),
                discount=parts.allocated(node, side),
                taxes=parts.taxes(node, side),
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
