# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..documents import Refund


class HubOrderRefund(models.Model):
    """One refund of a store's order, and what Odoo made of it.

    The remote id is what keeps a refund from being booked twice: it is on file once,
    and has one credit note for ever.
    """

    _name = "hub.order.refund"
    _description = "Refund of a Store's Order"
    _order = "refunded_at desc, id desc"
    _rec_name = "external_id"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", index=True, readonly=True
    )
    external_id = fields.Char("Remote Id", required=True, readonly=True)
    refunded_at = fields.Datetime("Date", readonly=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount = fields.Monetary(
        readonly=True, help="By how much it reduces what the order is worth."
    )
    paid = fields.Monetary("Paid Back", readonly=True)
    content = fields.Json(readonly=True)
    taxes_included = fields.Boolean(readonly=True)
    origin = fields.Selection(
        [
            ("store", "The Store"),
            ("odoo", "Odoo"),
            ("before", "Before the Order Was Linked"),
        ],
        "Made By",
        required=True,
        default="store",
        readonly=True,
    )
    credit_state = fields.Selection(
        [("waiting", "Waits for the Invoice"), ("done", "Done")],
        "Credit Note",
        required=True,
        default="waiting",
        readonly=True,
    )
    stock_state = fields.Selection(
        [("waiting", "Waits for the Delivery"), ("done", "Done")],
        "Goods",
        required=True,
        default="waiting",
        readonly=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Credit Note in Odoo",
        ondelete="restrict",
        index="btree_not_null",
        readonly=True,
    )
    picking_ids = fields.Many2many(
        "stock.picking", string="Return Transfers", readonly=True
    )

    _external_uniq = models.Constraint(
        "UNIQUE(backend_id, external_id)", "This refund is on file already."
    )

    @api.private
    def document(self):
        """Return what the store said of it."""
        self.ensure_one()
        return Refund.model_validate(self.content)


class HubOrderReturn(models.Model):
    """Goods a buyer announced to send back, and the transfer that expects them."""

    _name = "hub.order.return"
    _description = "Return of a Store's Order"
    _order = "id desc"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", index=True, readonly=True
    )
    external_id = fields.Char("Remote Id", required=True, readonly=True)
    name = fields.Char("Number", readonly=True)
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("open", "Expected"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    picking_ids = fields.Many2many(
        "stock.picking", string="Return Transfers", readonly=True
    )

    _external_uniq = models.Constraint(
        "UNIQUE(backend_id, external_id)", "This return is on file already."
    )
