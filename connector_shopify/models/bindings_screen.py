# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

#: {binding: path of its records in the store's admin}
PAGES = {
    "hub.shopify.company": "companies",
    "hub.shopify.customer": "customers",
    "hub.shopify.order": "orders",
    "hub.shopify.payout": "payments/payouts",
    "hub.shopify.product": "products",
}


class HubBinding(models.AbstractModel):
    _inherit = "hub.binding"

    @api.private
    def _remote_url(self):
        path = PAGES.get(self._name)
        return self._admin_url(path) if path else super()._remote_url()

    def _admin_url(self, path):
        """Return the address of a page of the store's admin."""
        store = (self.backend_id.api_url or "").rstrip("/")
        return f"{store}/admin/{path}/{_number(self)}"


class HubShopifyProduct(models.Model):
    _inherit = "hub.shopify.product"

    status_label = fields.Char("Status There", compute="_compute_status_label")
    variant_ids = fields.Many2many(
        "hub.shopify.variant", compute="_compute_variant_ids", string="Linked Variants"
    )

    @api.depends("status")
    def _compute_status_label(self):
        labels = {
            "active": self.env._("Active"),
            "archived": self.env._("Archived"),
            "draft": self.env._("Draft"),
            "unlisted": self.env._("Unlisted"),
        }
        for product in self:
            product.status_label = _label(product.status, labels)

    def _compute_variant_ids(self):
        found = self.env["hub.shopify.variant"].search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("odoo_id.product_tmpl_id", "in", self.odoo_id.ids),
            ]
        )
        for product in self:
            product.variant_ids = found.filtered(
                lambda row, product=product: (
                    row.backend_id == product.backend_id
                    and row.odoo_id.product_tmpl_id == product.odoo_id
                )
            )


class HubShopifyVariant(models.Model):
    _inherit = "hub.shopify.variant"

    sku = fields.Char(related="odoo_id.default_code", string="SKU")
    barcode = fields.Char(related="odoo_id.barcode")
    product_id = fields.Many2one(
        "hub.shopify.product", compute="_compute_product_id", string="Shopify Product"
    )

    def _compute_product_id(self):
        products = self.env["hub.shopify.product"].search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("odoo_id", "in", self.odoo_id.product_tmpl_id.ids),
            ]
        )
        known = {(row.backend_id, row.odoo_id): row for row in products}
        for variant in self:
            key = (variant.backend_id, variant.odoo_id.product_tmpl_id)
            variant.product_id = known.get(key)

    @api.private
    def _remote_url(self):
        # a variant's page is below its product's
        if not self.product_id:
            return False
        return self._admin_url(f"products/{_number(self.product_id)}/variants")


class HubShopifyCustomer(models.Model):
    _inherit = "hub.shopify.customer"

    email = fields.Char(related="odoo_id.email")
    city = fields.Char(related="odoo_id.city")
    country_id = fields.Many2one(related="odoo_id.country_id")


class HubShopifyOrder(models.Model):
    _inherit = "hub.shopify.order"

    partner_id = fields.Many2one(related="odoo_id.partner_id")
    ordered_at = fields.Datetime(related="odoo_id.date_order", string="Ordered")
    payment_label = fields.Char("Payment There", compute="_compute_labels")
    delivery_label = fields.Char("Delivery There", compute="_compute_labels")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    @api.depends("financial_status", "fulfillment_status")
    def _compute_labels(self):
        payment, delivery = self._payment_labels(), self._delivery_labels()
        for order in self:
            order.payment_label = _label(order.financial_status, payment)
            order.delivery_label = _label(order.fulfillment_status, delivery)

    def _payment_labels(self):
        return {
            "authorized": self.env._("Authorized"),
            "expired": self.env._("Expired"),
            "paid": self.env._("Paid"),
            "partially_paid": self.env._("Partially Paid"),
            "partially_refunded": self.env._("Partially Refunded"),
            "pending": self.env._("Pending"),
            "refunded": self.env._("Refunded"),
            "voided": self.env._("Voided"),
        }

    def _delivery_labels(self):
        return {
            "fulfilled": self.env._("Delivered"),
            "in_progress": self.env._("In Progress"),
            "on_hold": self.env._("On Hold"),
            "partially_fulfilled": self.env._("Partially Delivered"),
            "restocked": self.env._("Restocked"),
            "scheduled": self.env._("Scheduled"),
            "unfulfilled": self.env._("Not Delivered"),
        }

    @api.depends("currency_code")
    def _compute_currency_id(self):
        codes = set(self.mapped("currency_code"))
        currencies = self.env["res.currency"].with_context(active_test=False)
        known = {row.name: row for row in currencies.search([("name", "in", [*codes])])}
        for order in self:
            order.currency_id = known.get(order.currency_code)


def _number(link):
    """Return what the admin calls a record: the end of its global id."""
    return link.external_id.rpartition("/")[2].partition("?")[0]


def _label(value, labels):
    """Return what people call a status; new ones are shown as the store writes them."""
    if not value:
        return False
    return labels.get(value.lower()) or value.replace("_", " ").capitalize()
