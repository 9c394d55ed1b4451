# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubOrderEditLine(models.Model):
    """One line, or address, of an order: ours and theirs."""

    _name = "hub.order.edit.line"
    _description = "Line of a Changed Order"
    _order = "id"

    edit_id = fields.Many2one(
        "hub.order.edit", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="edit_id.company_id", store=True)
    currency_id = fields.Many2one(related="edit_id.currency_id")
    kind = fields.Selection(
        [
            ("same", "Unchanged"),
            ("changed", "Changed"),
            ("added", "Added There"),
            ("removed", "Removed There"),
            ("own", "Only in Odoo"),
            ("address", "Address"),
        ],
        required=True,
        readonly=True,
    )
    name = fields.Char("Line", readonly=True)
    sale_line_id = fields.Many2one(
        "sale.order.line", readonly=True, ondelete="set null", index="btree_not_null"
    )
    delivered = fields.Float(related="sale_line_id.qty_delivered")
    invoiced = fields.Float(related="sale_line_id.qty_invoiced")
    ours_quantity = fields.Float("Quantity", readonly=True)
    theirs_quantity = fields.Float("Quantity There", readonly=True)
    ours_price = fields.Float("Price", readonly=True, digits=(16, 4))
    theirs_price = fields.Float("Price There", readonly=True, digits=(16, 4))
    ours_taxes = fields.Char("Taxes", readonly=True)
    theirs_taxes = fields.Char("Taxes There", readonly=True)
    ours = fields.Char("In Odoo", compute="_compute_texts", store=True)
    theirs = fields.Char("There", compute="_compute_texts", store=True)

    @api.depends(
        "ours_quantity",
        "theirs_quantity",
        "ours_price",
        "theirs_price",
        "ours_taxes",
        "theirs_taxes",
    )
    def _compute_texts(self):
        for line in self.filtered(lambda line: line.kind != "address"):
            for side in ("ours", "theirs"):
                quantity, price, taxes = (
                    line[f"{side}_{name}"] for name in ("quantity", "price", "taxes")
                )
                text = f"{quantity:g} × {price:.2f}" if quantity else ""
                line[side] = f"{text} ({taxes})" if text and taxes else text
