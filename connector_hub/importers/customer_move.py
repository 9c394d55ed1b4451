# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL

#: where an order shows a contact's address
PLACES = ("partner_invoice_id", "partner_shipping_id")
FIELDS = ("street", "street2", "zip", "city", "state_id", "country_id", "phone")


class ImporterCustomerMove(models.AbstractModel):
    """Customers whose own address changes: what was agreed on stays as it is."""

    _name = "hub.importer.customer.move"
    _description = "Customers Who Move"

    @api.private
    def keep_agreed(self, partners):
        """Let orders show a copy of the address that these contacts have until now.

        Quotations of salespeople follow their customer; confirmed orders, those of a
        store and their open deliveries do not.
        """
        orders = self._orders(partners)
        if not orders:
            return
        shown = partners & (orders.partner_invoice_id | orders.partner_shipping_id)
        copies = dict(zip(shown.ids, self._copies(shown), strict=True))
        pickings = orders.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        for picking in pickings:
            copy = copies.get(picking.partner_id.id)
            if copy:
                picking.partner_id = copy
        for place in PLACES:
            self._repoint(orders, place, copies)

    def _orders(self, partners):
        if not partners:
            return self.env["sale.order"]
        # a contact may be shared with companies that have no part in this
        return (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    *("|", ("partner_invoice_id", "in", partners.ids)),
                    ("partner_shipping_id", "in", partners.ids),
                    *("|", ("state", "=", "sale"), ("hub_content", "!=", False)),
                ]
            )
        )

    def _copies(self, partners):
        return self.env["res.partner"].create(
            [
                {
                    **partner._convert_to_write({f: partner[f] for f in FIELDS}),
                    "name": partner.name,
                    "type": "other",
                    "parent_id": partner.id,
                    "company_id": partner.company_id.id,
                }
                for partner in partners
            ]
        )

    def _repoint(self, orders, place, copies):
        """Change one column, past Odoo's own write: the address is the same one.

        It would ask people to check the deliveries, and derive taxes anew.
        """
        orders.flush_recordset([place])
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order o SET %s = c.copy"
                " FROM unnest(%s, %s) AS c(partner, copy)"
                " WHERE o.id = ANY(%s) AND o.%s = c.partner",
                SQL.identifier(place),
                list(copies),
                [copy.id for copy in copies.values()],
                orders.ids,
                SQL.identifier(place),
            )
        )
        orders.invalidate_recordset([place])
