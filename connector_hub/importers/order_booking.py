# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ImporterOrderBooking(models.AbstractModel):
    """Transfers are done as the store says: it has shipped, whatever Odoo has."""

    _name = "hub.importer.order.booking"
    _description = "Booking of Shipments"

    @api.private
    def book(self, bookings, places):
        """Complete transfers; what a shipment leaves of one becomes a backorder.

        :param bookings: one for each transfer; see ``order_delivery``
        :param places: {the store's location: stock location, or None}
        """
        pickings = self.env["stock.picking"]
        for booking in bookings:
            place = places.get(booking.delivery.location_id)
            self._set_quantities(booking, place)
            pickings += booking.picking
        # nobody is asked, and stock may become negative: the goods have left; the
        # buyer hears of it from the store, and no text message is paid for
        pickings.with_context(cancel_backorder=False, skip_sms=True)._action_done()
        for booking in bookings:
            booking.picking.write(self._facts(booking.picking, booking.delivery))

    def _set_quantities(self, booking, place):
        picking, left = booking.picking, dict(booking.goods)
        moves = picking.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
        taken = moves.browse()
        for move in moves:
            line = move.sale_line_id
            wanted = left.get(line.hub_external_id, 0) if line else 0
            if not wanted or line.product_id != move.product_id:
                continue
            unit = line.product_uom_id
            room = move.product_uom._compute_quantity(move.product_uom_qty, unit)
            share = min(float(wanted), room)
            left[line.hub_external_id] = type(wanted)(str(float(wanted) - share))
            self._take_from(move, place)
            move.quantity = unit._compute_quantity(share, move.product_uom)
            move.picked = True
            taken += move
        (moves - taken).write({"picked": False})

    def _take_from(self, move, place):
        """Take the goods from where the store says they left."""
        if not place or (move.location_id.parent_path or "").startswith(
            place.parent_path or "/"
        ):
            return
        if place.usage == "view":
            place = place.warehouse_id.lot_stock_id
        if place and place.usage == "internal":
            move._do_unreserve()
            move.location_id = place

    def _facts(self, picking, delivery):
        values = {
            "date_done": delivery.created_at.replace(tzinfo=None),
            "hub_tracking_number": ", ".join(delivery.tracking_numbers) or False,
            "hub_tracking_company": delivery.carrier or False,
            "hub_tracking_url": next(iter(delivery.tracking_urls), False),
        }
        if "carrier_tracking_ref" in picking._fields:
            values["carrier_tracking_ref"] = values["hub_tracking_number"]
        return values
