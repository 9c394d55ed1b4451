# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from urllib.parse import urlsplit

from odoo import api, fields, models

from ..const import SENSITIVE_KEYS

#: addresses of this machine
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class HubBackend(models.Model):
    _inherit = "hub.backend"

    system = fields.Selection(
        selection_add=[("shopify", "Shopify")], ondelete={"shopify": "cascade"}
    )
    shopify_client_id = fields.Char("Client ID", groups="base.group_system", copy=False)
    shopify_client_secret = fields.Char(
        "Client Secret",
        groups="base.group_system",
        copy=False,
        help="Also signs the webhooks.",
    )
    shopify_old_client_secret = fields.Char(
        "Previous Client Secret",
        groups="base.group_system",
        copy=False,
        help="Accepted for webhooks while a rotation takes effect.",
    )
    shopify_access_token = fields.Char(
        "Permanent Access Token",
        groups="base.group_system",
        copy=False,
        help="Only for custom apps created in the store's admin before 2026.",
    )
    shopify_refresh_token = fields.Char(
        "Refresh Token",
        groups="base.group_system",
        copy=False,
        help="Of apps whose access tokens live for an hour: the one that came with the"
        " installation. Odoo keeps those that replace it.",
    )
    shopify_money = fields.Selection(
        [("presentment", "The Buyer's Currency"), ("shop", "The Store's Currency")],
        "Book Orders In",
        default="presentment",
        required=True,
    )

    def write(self, vals):
        if "shopify_refresh_token" in vals:
            self.env["hub.token"].forget_all(self)
        return super().write(vals)

    @api.private
    def _connection_fields(self):
        return super()._connection_fields() | {
            "shopify_client_id",
            "shopify_client_secret",
            "shopify_access_token",
            "shopify_refresh_token",
        }

    @api.private
    def _binding_models(self):
        if self.system != "shopify":
            return super()._binding_models()
        return {
            "customer": "hub.shopify.customer",
            "product": "hub.shopify.product",
            "variant": "hub.shopify.variant",
            "order": "hub.shopify.order",
        }

    @api.private
    def _flow_values(self):
        if self.system != "shopify":
            return super()._flow_values()
        return [
            {
                "code": "customer_in",
                "name": self.env._("Customers from Shopify"),
                "document": "customer",
                "sequence": 10,
                "latency": "default",
                "priority": 20,
            },
            {
                "code": "product_in",
                "name": self.env._("Products from Shopify"),
                "document": "product",
                "sequence": 20,
                "latency": "batch",
                "priority": 20,
                "chosen": False,
            },
            {
                "code": "order_in",
                "name": self.env._("Orders from Shopify"),
                "document": "order",
                "sequence": 30,
                "latency": "realtime",
                "priority": 5,
            },
        ]

    @api.private
    def _secret_fields(self):
        return [
            *super()._secret_fields(),
            "shopify_client_secret",
            "shopify_old_client_secret",
            "shopify_access_token",
            "shopify_refresh_token",
        ]

    @api.private
    def _webhook_fields(self):
        return [
            *super()._webhook_fields(),
            "shopify_client_secret",
            "shopify_old_client_secret",
        ]

    @api.private
    def _has_subscriptions(self):
        if self.system != "shopify":
            return super()._has_subscriptions()
        # without a secret nobody could tell genuine webhooks from forged ones
        return bool(self.sudo().shopify_client_secret)

    @api.private
    def _is_account(self, account):
        if self.system != "shopify":
            return super()._is_account(account)
        host = urlsplit(self.api_url or "").hostname
        # a simulated store answers to any name
        return account == host or (self._allows_loopback() and host in LOOPBACK)

    @api.private
    def _sensitive_keys(self):
        if self.system != "shopify":
            return super()._sensitive_keys()
        return SENSITIVE_KEYS
