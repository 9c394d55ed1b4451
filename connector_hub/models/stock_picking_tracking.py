# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class StockPicking(models.Model):
    """How a parcel is followed: told to stores, and told by them.

    Odoo's own fields for it come with its delivery carriers, which need not be
    installed, and know no carrier that is only a name.
    """

    _inherit = "stock.picking"

    hub_tracking_number = fields.Char("Tracking Number", copy=False)
    hub_tracking_company = fields.Char("Carrier of the Parcel", copy=False)
    hub_tracking_url = fields.Char("Tracking Address", copy=False)

    @api.private
    def _hub_is_returned(self):
        """Return whether everything that a delivery moved has come back."""
        parcel = self | self.hub_shipped_along_ids
        if not parcel.return_ids:
            return False
        moves = parcel.move_ids.filtered(lambda move: move.state == "done")
        for move in moves:
            back = move.returned_move_ids.filtered(lambda m: m.state == "done")
            returned = sum(back.mapped("product_qty"))
            if move.product_id.uom_id.compare(returned, move.product_qty) < 0:
                return False
        return True
