# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's Product (Admin API 2026-10) to the document Product, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import Document, Option, Product, Variant
from odoo.addons.connector_hub.exceptions import InvalidData

from . import details, parts
from .product_change import is_dummy
from .product_payload import product_payload
from .times import parse_time

#: WeightUnit in kilograms
KILOGRAMS = {
    "KILOGRAMS": Decimal(1),
    "GRAMS": Decimal("0.001"),
    "POUNDS": Decimal("0.45359237"),
    "OUNCES": Decimal("0.028349523125"),
}


class ShopifyProductMapper(Component):
    """Products of a store."""

    _name = "hub.shopify.product.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.product"
    _system = "shopify"
    _revision = 3

    def options(self) -> dict[str, Any]:
        """Return what tells this database's records from another's, and the policy."""
        parameters = self.env["ir.config_parameter"].sudo()
        flow = self.backend_record.flow_ids.filtered(
            lambda flow: flow.document == "product" and flow.direction == "out"
        )
        return {
            "source": str(parameters.get_param("database.uuid") or "")[:8],
            "drops": flow[:1].departure != "ignore",
        }

    @staticmethod
    def to_document(payload: dict[str, Any], **_options: Any) -> Product:
        """Translate ``products.nodes[]`` as queried in products.graphql."""
        version = parse_time(payload["updatedAt"])
        if version is None:
            raise InvalidData(
                f"Product {payload['id']} has no date of change.", code="no_version"
            )
        options = () if is_dummy(payload["options"]) else payload["options"]
        return Product(
            external_id=payload["id"],
            version=version,
            title=payload["title"],
            description_html=payload.get("descriptionHtml") or "",
            vendor=parts.text(payload, "vendor"),
            product_type=parts.text(payload, "productType"),
            status=(payload.get("status") or "").lower(),
            tags=tuple(payload.get("tags") or ()),
            is_gift_card=bool(payload.get("isGiftCard")),
            **_picture(payload, payload.get("featuredMedia")),
            **details.read(payload),
            **_collections(payload),
            options=tuple(
                Option(name=option["name"], values=tuple(option["values"]))
                for option in options
            ),
            variants=tuple(
                _variant(node, bool(options)) for node in payload["variants"]["nodes"]
            ),
        )

    @staticmethod
    def to_payload(document: Document, **options: Any) -> dict[str, Any]:
        """Return what is said of a product; see ``product_payload``.

        :param options: ``source``, which is part of a new product's key; ``drops``:
            variants that are not sold any more are deleted
        """
        if not isinstance(document, Product):
            raise TypeError(type(document).__name__)
        return {**product_payload(document), **options}


def _variant(payload: dict[str, Any], has_options: bool) -> Variant:
    item = payload.get("inventoryItem") or {}
    weight = (item.get("measurement") or {}).get("weight")
    return Variant(
        external_id=payload["id"],
        # what is not sold any more does not exist there
        active=True,
        title=payload.get("title") or "",
        sku=parts.text(payload, "sku"),
        barcode=parts.text(payload, "barcode"),
        price=_money(payload.get("price")),
        compare_at_price=_money(payload.get("compareAtPrice")),
        weight=_kilograms(weight),
        tracked=bool(item.get("tracked", True)),
        stock_id=item.get("id") or "",
        requires_shipping=bool(item.get("requiresShipping", True)),
        taxable=bool(payload.get("taxable", True)),
        **_picture(payload, _first(payload.get("media"))),
        **details.read(payload),
        option_values=tuple(
            entry["value"] for entry in payload["selectedOptions"] if has_options
        ),
    )


def _picture(payload: dict[str, Any], media: dict[str, Any] | None) -> dict[str, str]:
    """Return what is said of a picture: nothing where it was not asked for."""
    if not payload.keys() & {"featuredMedia", "media"}:
        return {}
    # films and models have no picture of their own
    image = (media or {}).get("image") or {}
    return {"image": image.get("url") or "", "image_id": (media or {}).get("id") or ""}


def _first(connection: dict[str, Any] | None) -> dict[str, Any] | None:
    return next(iter((connection or {}).get("nodes") or ()), None)


def _collections(payload: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return what is said of collections: nothing where it was not asked for."""
    if "collections" not in payload:
        return {}
    nodes = (payload["collections"] or {}).get("nodes") or ()
    return {"collections": tuple(sorted(node["id"] for node in nodes))}


def _money(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _kilograms(weight: dict[str, Any] | None) -> Decimal | None:
    if not weight:
        return None
    return Decimal(str(weight["value"])) * KILOGRAMS[weight["unit"]]
