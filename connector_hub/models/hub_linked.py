# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubLinked(models.AbstractModel):
    """A record that says with which remote records it is linked."""

    _name = "hub.linked"
    _description = "Linked with Connected Systems"

    hub_link_count = fields.Integer(
        "Links",
        compute="_compute_hub_link_count",
        groups="connector_hub.group_hub_user",
        help="Records of connected systems that stand for this one.",
    )

    def _compute_hub_link_count(self):
        for record in self:
            record.hub_link_count = sum(map(len, record._hub_links()))

    def action_open_hub_links(self):
        """Open the link, or the list of links where there are several."""
        self.ensure_one()
        found = self._hub_links()
        if len(found) == 1:
            return found[0]._get_records_action()
        return self.env["hub.link"].open(found)

    def _hub_links(self):
        """Return the links of one record: recordsets, one for each kind of link."""
        found = []
        for owner in self._hub_link_owners():
            for name in self.env["hub.binding"].binding_models(owner._name):
                # of new records there is nothing to be found
                links = self.env[name].search([("odoo_id", "in", owner.ids)])
                if links:
                    found.append(links)
        return found

    def _hub_link_owners(self):
        """Return the records whose links belong to this one, of any models."""
        return [self]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "hub.linked"]


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "hub.linked"]

    def _hub_link_owners(self):
        variants = self.with_context(active_test=False).product_variant_ids
        return [self, variants]


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "hub.linked"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "hub.linked"]


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "hub.linked"]
