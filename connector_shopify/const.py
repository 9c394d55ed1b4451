# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Facts about Shopify's Admin API, in one place."""

#: pinned; a version is supported for twelve months from its first day
API_VERSION = "2026-10"
#: months a version is supported for, from the first day of the month it is named after
#: (https://shopify.dev/docs/api/usage/versioning)
SUPPORTED_MONTHS = 12

#: without these nothing of ours works; a write scope includes reading
NEEDED_SCOPES = ("read_orders", "read_customers", "read_products")

#: (document, direction) of a flow: what it needs besides; of several separated by a bar
#: one is enough
FLOW_SCOPES = {
    # where the goods of an order left
    ("order", "in"): ("read_locations|read_inventory",),
    ("stock", "in"): ("read_inventory", "read_locations"),
    ("stock", "out"): ("write_inventory", "read_locations"),
    ("product", "out"): ("write_products",),
    ("price", "out"): ("write_products",),
    ("customer", "out"): ("write_customers",),
    ("company", "out"): ("write_companies|write_customers",),
    ("fulfillment", "out"): (
        "write_merchant_managed_fulfillment_orders"
        "|write_assigned_fulfillment_orders|write_third_party_fulfillment_orders",
    ),
    ("settlement", "out"): ("write_orders",),
    ("order_tags", "out"): ("write_orders",),
    ("payment", "out"): ("write_orders",),
    ("refund", "out"): ("write_orders",),
    ("payout", "in"): (
        "read_shopify_payments|read_shopify_payments_accounts",
        "read_shopify_payments|read_shopify_payments_payouts",
    ),
}
#: what a flow needs besides when a rule has chosen a field
FIELD_SCOPES = {("product", "out"): {"channels": "write_publications"}}
#: what goes on without a permission, and what is missing then
OPTIONAL_SCOPES = ("read_all_orders", "read_returns")

#: a single query may cost at most so many points
MAX_QUERY_COST = 1000
#: longest page of a connection
MAX_PAGE = 250
#: line items read with their order; further ones are read page by page, in a call and
#: from the bucket for each order, while the cost of more here grows logarithmically
LINES_WITH_ORDER = 60

#: payload keys with personal data, lower case (both API shapes)
SENSITIVE_KEYS = frozenset(
    {
        "email",
        "emailaddress",
        "contact_email",
        "phone",
        "phonenumber",
        "firstname",
        "first_name",
        "lastname",
        "last_name",
        "name_on_card",
        "displayname",
        "address1",
        "address2",
        "billingaddress",
        "billing_address",
        "shippingaddress",
        "shipping_address",
        "defaultaddress",
        "default_address",
        "defaultemailaddress",
        "defaultphonenumber",
        "customer",
        "order_status_url",
        "landing_site",
        "referring_site",
        "source_url",
        "clientip",
        "client_details",
        "browser_ip",
        "note",
        "customattributes",
        "note_attributes",
        "token",
        "cart_token",
        "checkout_token",
    }
)

#: types of metafields that have a counterpart in Odoo: their kind, see hub.field.map
DETAIL_KINDS = {
    "single_line_text_field": "text",
    "multi_line_text_field": "text",
    "url": "text",
    "color": "text",
    "json": "text",
    "number_integer": "integer",
    "number_decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    "date_time": "datetime",
}

GID_PREFIX = "gid://shopify/"
