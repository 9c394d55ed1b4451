# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate products, locations and companies as Shopify objects.

Every object is a dict with the schema's camelCase names and holds every field that is
simulated, None where null is the truth. An absent key is "not simulated".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from . import samples
from .identity import Ids, iso
from .money import money_text, money_v2, rounded

Object = dict[str, Any]


class CatalogGenerator:
    """`product_count` products; the last but one is a gift card, some SKUs collide."""

    def __init__(self, rng: Random, ids: Ids, currency: str, start: datetime) -> None:
        self.rng = rng
        self.ids = ids
        self.currency = currency
        self.start = start

    # === PRODUCTS ===

    def products(self, count: int) -> list[Object]:
        products = [self.product(index) for index in range(max(count, 4))]
        products.append(self.gift_card())
        self._collide(products)
        return products

    def product(self, index: int) -> Object:
        title, kind, option, values = samples.PRODUCTS[index % len(samples.PRODUCTS)]
        series = index // len(samples.PRODUCTS)
        if series:
            title = f"{title} {series + 1}"
        price = Decimal(self.rng.randrange(199, 12999)) / 100
        product = self._product(index, title, kind, option or "Title", gift_card=False)
        options = values or ("Default Title",)
        product["variants"] = [
            self._variant(product, position, value, price + position)
            for position, value in enumerate(options, start=1)
        ]
        product["options"][0]["values"] = list(options)
        return product

    def gift_card(self) -> Object:
        product = self._product(900, "Gift Card", "Gift Cards", "Denominations", True)
        product["variants"] = [
            self._variant(product, position, f"{value}.00", Decimal(value))
            for position, value in enumerate((10, 25, 50), start=1)
        ]
        product["options"][0]["values"] = ["10.00", "25.00", "50.00"]
        return product

    def _product(
        self, index: int, title: str, kind: str, option: str, gift_card: bool
    ) -> Object:
        gid, number = self.ids.next("Product")
        created = self.start - timedelta(days=400 - index)
        return {
            "__typename": "Product",
            "id": gid,
            "legacyResourceId": number,
            "title": title,
            "handle": f"product-{number}",
            "description": f"{title}.",
            "descriptionHtml": f"<p>{title.replace('&', '&amp;')}.</p>",
            "status": "DRAFT" if index % 11 == 10 else "ACTIVE",
            "vendor": self.rng.choice(samples.VENDORS),
            "productType": kind,
            "tags": sorted(self.rng.sample(samples.TAGS, self.rng.randrange(3))),
            "createdAt": iso(created),
            "updatedAt": iso(created + timedelta(hours=self.rng.randrange(1, 900))),
            "options": [self._option(option)],
            "media": [],
            "collections": [],
            "metafields": [],
            "isGiftCard": gift_card,
        }

    def _option(self, name: str) -> Object:
        gid, _ = self.ids.next("ProductOption")
        return {
            "__typename": "ProductOption",
            "id": gid,
            "name": name,
            "position": 1,
            "values": [],
        }

    def _variant(
        self, product: Object, position: int, value: str, price: Decimal
    ) -> Object:
        gid, number = self.ids.next("ProductVariant")
        physical = not product["isGiftCard"] and product["productType"] != "Digital"
        price = rounded(price, self.currency)
        sale = self.rng.random() < 0.2
        barcode = f"40{self.rng.randrange(10**11):011d}" if physical else None
        sku = f"SKU-{number}"
        return {
            "__typename": "ProductVariant",
            "id": gid,
            "legacyResourceId": number,
            "title": value,
            "displayName": f"{product['title']} - {value}",
            "sku": sku,
            "barcode": barcode,
            "price": money_text(price, self.currency),
            "compareAtPrice": money_text(price * 2, self.currency) if sale else None,
            "position": position,
            "taxable": not product["isGiftCard"],
            "createdAt": product["createdAt"],
            "updatedAt": product["updatedAt"],
            "selectedOptions": [
                {"name": product["options"][0]["name"], "value": value}
            ],
            "inventoryItem": self._inventory_item(product, sku, physical, price),
            "inventoryQuantity": self.rng.randrange(0, 200),
            "media": [],
            "metafields": [],
            "product": product,
        }

    def _inventory_item(
        self, product: Object, sku: str, physical: bool, price: Decimal
    ) -> Object:
        gid, number = self.ids.next("InventoryItem")
        measurement, _ = self.ids.next("InventoryItemMeasurement")
        cost = rounded(price * Decimal("0.4"), self.currency)
        weight = {"value": self.rng.randrange(50, 3000) / 1.0, "unit": "GRAMS"}
        return {
            "__typename": "InventoryItem",
            "id": gid,
            "legacyResourceId": number,
            "sku": sku,
            "tracked": physical,
            "requiresShipping": physical,
            "unitCost": money_v2(cost, self.currency)
            if self.rng.random() < 0.8
            else None,
            "measurement": {"id": measurement, "weight": weight if physical else None},
            "createdAt": product["createdAt"],
            "updatedAt": product["updatedAt"],
        }

    def _collide(self, products: list[Object]) -> None:
        """Give two variants one SKU, two others none (null and blank), as shops do."""
        variants = [
            variant for product in products[:-1] for variant in product["variants"]
        ]
        self._set_sku(variants[1], variants[0]["sku"])
        self._set_sku(variants[-1], None)
        self._set_sku(variants[-2], "")

    @staticmethod
    def _set_sku(variant: Object, sku: str | None) -> None:
        variant["sku"] = variant["inventoryItem"]["sku"] = sku

    # === LOCATIONS AND COMPANIES ===

    def locations(self) -> list[Object]:
        return [
            self._location("Lager Berlin", samples.PLACES[0], online=True),
            self._location("Pop-up Store", samples.PLACES[3], online=False),
        ]

    def _location(self, name: str, place: samples.Place, online: bool) -> Object:
        gid, number = self.ids.next("Location")
        return {
            "__typename": "Location",
            "id": gid,
            "legacyResourceId": number,
            "name": name,
            "isActive": True,
            "fulfillsOnlineOrders": online,
            "shipsInventory": online,
            "createdAt": iso(self.start - timedelta(days=500)),
            "updatedAt": iso(self.start - timedelta(days=500)),
            "address": {
                "address1": "Speicherweg 1",
                "address2": None,
                "city": place.city,
                "zip": place.zip,
                "province": place.province,
                "provinceCode": place.province_code,
                "country": place.country,
                "countryCode": place.code,
                "phone": None,
            },
        }

    def companies(self) -> list[Object]:
        return [self._company(name) for name in samples.COMPANIES]

    def _company(self, name: str) -> Object:
        """Return a ``PurchasingCompany``: company, its location, its contact."""
        company, _ = self.ids.next("Company")
        location, _ = self.ids.next("CompanyLocation")
        contact, _ = self.ids.next("CompanyContact")
        return {
            "__typename": "PurchasingCompany",
            "company": {
                "__typename": "Company",
                "id": company,
                "name": name,
                "externalId": None,
            },
            "location": {
                "__typename": "CompanyLocation",
                "id": location,
                "name": f"{name} - HQ",
                "externalId": None,
            },
            "contact": {"__typename": "CompanyContact", "id": contact, "title": None},
        }
