# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

ENTITIES = ("company", "company_location", "company_contact")


class HubShopifyCompany(models.Model):
    _name = "hub.shopify.company"
    _inherit = "hub.binding"
    _description = "Shopify Company"

    odoo_id = fields.Many2one(
        "res.partner", "Company", required=True, ondelete="cascade", index=True
    )


class HubShopifyCompanyLocation(models.Model):
    _name = "hub.shopify.company.location"
    _inherit = "hub.binding"
    _description = "Shopify Company Location"

    odoo_id = fields.Many2one(
        "res.partner", "Branch", required=True, ondelete="cascade", index=True
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        help="Orders of this branch are paid on these terms.",
    )


class HubShopifyCompanyContact(models.Model):
    _name = "hub.shopify.company.contact"
    _inherit = "hub.binding"
    _description = "Shopify Company Contact"

    odoo_id = fields.Many2one(
        "res.partner", "Person", required=True, ondelete="cascade", index=True
    )


class HubBackend(models.Model):
    _inherit = "hub.backend"

    @api.private
    def _binding_models(self):
        models_of = super()._binding_models()
        if self.system != "shopify":
            return models_of
        names = {
            entity: f"hub.shopify.{entity.replace('_', '.')}" for entity in ENTITIES
        }
        return {**models_of, **names}

    @api.private
    def _flow_values(self):
        flows = super()._flow_values()
        if self.system != "shopify":
            return flows
        return [
            *flows,
            {
                "code": "company_in",
                "name": self.env._("Companies from Shopify"),
                "document": "company",
                "sequence": 15,
                "latency": "default",
                "priority": 20,
                "chosen": False,
            },
            {
                "code": "company_out",
                "name": self.env._("Companies to Shopify"),
                "document": "company",
                "direction": "out",
                "sequence": 61,
                "latency": "default",
                "priority": 20,
                "chosen": False,
                "poll_minutes": 0,
            },
        ]
