# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shop itself."""

from __future__ import annotations

from typing import Any


def shop_info(name: str, domain: str, currency: str, taxes: str) -> dict[str, Any]:
    """Return the ``Shop`` object."""
    return {
        "__typename": "Shop",
        "id": "gid://shopify/Shop/60000000001",
        "name": name.replace("-", " ").title(),
        "email": f"owner@{name}.example",
        "contactEmail": f"owner@{name}.example",
        "myshopifyDomain": domain,
        "url": f"https://{domain}",
        "currencyCode": currency,
        "taxesIncluded": taxes != "excluded",
        "taxShipping": True,
        "ianaTimezone": "America/New_York",
        "timezoneOffset": "-0500",
        "weightUnit": "KILOGRAMS",
        "plan": {
            "publicDisplayName": "Basic",
            "displayName": "Basic",
            "partnerDevelopment": False,
            "shopifyPlus": False,
        },
    }
