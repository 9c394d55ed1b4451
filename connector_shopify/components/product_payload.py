# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a product document says, in the words of Shopify's product inputs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from odoo.addons.connector_hub.documents import Product, Variant

Payload = dict[str, Any]

#: the option that a product without options has there, and its only value
NO_OPTION, NO_VALUE = "Title", "Default Title"
#: field of the document: field of ProductUpdateInput and ProductSetInput
PRODUCT_FIELDS = {
    "title": "title",
    "description_html": "descriptionHtml",
    "vendor": "vendor",
    "product_type": "productType",
    "status": "status",
    "tags": "tags",
}
#: fields of a variant that stand in the input itself
VARIANT_FIELDS = {
    "barcode": "barcode",
    "price": "price",
    "compare_at_price": "compareAtPrice",
    "taxable": "taxable",
}
#: fields of a variant that stand in its inventory item
ITEM_FIELDS = {
    "sku": "sku",
    "cost": "cost",
    "tracked": "tracked",
    "requires_shipping": "requiresShipping",
    "weight": "measurement",
}


def product_payload(product: Product) -> Payload:
    """Return {product, options, variants}: what was said, by Shopify's names.

    ``variants`` are {id, origin, active, fields: {document's field: value}, options}.
    ``image_id`` is the id of a picture that Odoo has put there.
    """
    said = product.model_fields_set
    payload: Payload = {
        "product": {
            name: _product_value(product, name)
            for name in PRODUCT_FIELDS
            if name in said
        },
        "variants": [_variant(variant) for variant in product.variants],
        "image_id": product.image_id,
        "details": _details(product),
    }
    if "options" in said:
        payload["options"] = [
            {"name": option.name, "values": list(option.values)}
            for option in product.options
        ]
    return payload


def product_input(payload: Payload, names: Any = None) -> Payload:
    """Return fields of a product's input.

    :param names: fields of the document that are wanted; None: all that were said
    """
    return {
        PRODUCT_FIELDS[name]: value
        for name, value in payload["product"].items()
        if names is None or name in names
    }


def variant_input(variant: Payload, names: Any = None) -> Payload:
    """Return fields of a variant's input, without its id and option values."""
    found: Payload = {}
    item: Payload = {}
    for name, value in variant["fields"].items():
        if names is not None and name not in names:
            continue
        if name in VARIANT_FIELDS:
            found[VARIANT_FIELDS[name]] = value
        else:
            item[ITEM_FIELDS[name]] = value
    if item:
        found["inventoryItem"] = item
    return found


def option_values(variant: Payload, options: list[Payload]) -> list[Payload]:
    """Return a variant's VariantOptionValueInput, one per option of the product."""
    if not options:
        return [{"optionName": NO_OPTION, "name": NO_VALUE}]
    return [
        {"optionName": option["name"], "name": value}
        for option, value in zip(options, variant["options"], strict=False)
    ]


def option_inputs(options: list[Payload]) -> list[Payload]:
    """Return OptionSetInput, also for a product that has none."""
    wanted = options or [{"name": NO_OPTION, "values": [NO_VALUE]}]
    return [
        {
            "name": option["name"],
            "position": place,
            "values": [{"name": value} for value in option["values"]],
        }
        for place, option in enumerate(wanted, start=1)
    ]


def _details(part: Product | Variant) -> list[Payload]:
    return [{"name": d.external_id, "type": d.remote_type} for d in part.details]


def _product_value(product: Product, name: str) -> Any:
    value = getattr(product, name)
    if name == "status":
        return (value or "draft").upper()
    if name == "tags":
        return list(value)
    return value


def _variant(variant: Variant) -> Payload:
    said = variant.model_fields_set
    return {
        "id": variant.external_id,
        "origin": variant.origin,
        "active": variant.active,
        "image_id": variant.image_id,
        "details": _details(variant),
        "options": list(variant.option_values),
        "fields": {
            name: _variant_value(variant, name)
            for name in (*VARIANT_FIELDS, *ITEM_FIELDS)
            if name in said
        },
    }


def _variant_value(variant: Variant, name: str) -> Any:
    value = getattr(variant, name)
    if name == "weight":
        weight = {"value": float(value or 0), "unit": "KILOGRAMS"}
        return {"weight": weight}
    if isinstance(value, Decimal):
        return f"{value:f}"
    if name == "barcode":
        # an empty text would be a barcode
        return value or None
    return value
