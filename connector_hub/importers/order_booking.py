# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from .order_legs import is_open


class NotReady(Exception):
    """A shipment cannot be booked after all; its argument says why."""


class ImporterOrderBooking(models.AbstractModel):
    """Transfers are done as the store says: it has shipped, whatever Odoo has."""

    _name = "hub.importer.order.booking"
    _description = "Booking of Shipments"

    @api.private
    def book(self, bookings, places):
        """Complete transfers; what a shipment leaves of one becomes a backorder.

        :param bookings: at most one for each transfer; see ``order_delivery``
        :param places: {the store's location: stock location, or None}
        :return: [(booking that was not, what forbids it)]
        """
        refused, ready = [], []
        for booking in bookings:
            place = places.get(booking.delivery.location_id)
            problem = self._prepare(booking, place)
            (refused if problem else ready).append((booking, problem))
        ready = [booking for booking, _problem in ready]
        pickings = self.env["stock.picking"].union(*(b.pickings for b in ready))
        taken = self.env["stock.move"].union(*(m for b in ready for m in b.legs.shares))
        (pickings.move_ids.filtered(is_open) - taken).write({"picked": False})
        # nobody is asked, and stock may become negative: the goods have left; the
        # buyer hears of it from the store, and no text message is paid for
        pickings.with_context(cancel_backorder=False, skip_sms=True)._action_done()
        for booking in ready:
            if booking.legs.leaves:
                self._finish(booking)
            # the next step was made by rules
            booking.pickings.sale_id.invalidate_recordset(["picking_ids"])
        return refused

    def _finish(self, booking):
        """Note how the parcel is followed, and which transfers are in it."""
        first = booking.pickings[:1]
        booking.pickings.write(self._facts(first, booking.delivery))
        (booking.pickings - first).write({"hub_shipped_with_id": first.id})

    # === QUANTITIES ===#

    def _prepare(self, booking, place):
        """Set what is moved; return what forbids it, if anything."""
        moves = booking.legs.shares
        if booking.legs.leaves and not any(map(_needs_lots, moves)):
            self._set_quantities(booking, place)
            return ""
        try:
            with self.env.cr.savepoint():
                self._set_quantities(booking, place)
        except NotReady as problem:
            return str(problem)
        return ""

    def _set_quantities(self, booking, place):
        for move, quantity in booking.legs.shares.items():
            self._take_from(move, place)
            share = move.product_id.uom_id._compute_quantity(
                quantity, move.product_uom, rounding_method="HALF-UP"
            )
            self._check(move, share, booking.legs.leaves)
            move.quantity = share
            move.picked = True

    def _check(self, move, share, leaves):
        """Refuse what Odoo has to have reserved, and has not.

        Goods that are on their way in the house must be there; of lots nobody tells
        which ones have left.
        """
        needs_lots = _needs_lots(move)
        if leaves and not needs_lots:
            return
        if move.product_uom.compare(move.quantity, share) < 0:
            move._action_assign()
        known = move.move_line_ids
        if needs_lots:
            known = known.filtered("lot_id")
            (move.move_line_ids - known).unlink()
        unit = move.product_uom
        count = sum(
            line.product_uom_id._compute_quantity(line.quantity, unit, round=False)
            for line in known
        )
        if unit.compare(count, share) < 0:
            raise NotReady("lots" if needs_lots else "steps")

    def _take_from(self, move, place):
        """Take the goods from where the store says they left.

        Not those that have come from elsewhere in the house.
        """
        if not place or (move.location_id.parent_path or "").startswith(
            place.parent_path or "/"
        ):
            return
        if place.usage == "view":
            place = place.warehouse_id.lot_stock_id
        if place and place.usage == "internal" and not move.move_orig_ids:
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


def _needs_lots(move):
    kind = move.picking_type_id
    wanted = kind.use_create_lots or kind.use_existing_lots
    return bool(wanted and move.product_id.tracking != "none")
