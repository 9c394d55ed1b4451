# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the app may do unless a test says otherwise."""

from __future__ import annotations

SCOPES = (
    "read_all_orders",
    "read_customers",
    "read_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "read_orders",
    "read_products",
    "write_customers",
    "write_inventory",
    "write_merchant_managed_fulfillment_orders",
    "write_orders",
    "write_products",
)
