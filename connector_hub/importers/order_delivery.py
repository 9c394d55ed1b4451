# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo import api, models

from ..exceptions import BusinessRuleError
from .order_legs import Legs
from .order_transfers import Transfers

#: steps in a house before goods leave it; with more there is something wrong
MANY_STEPS = 8


@dataclass(eq=False)
class Booking:
    """One shipment of the store, and what is moved next for it."""

    task: Any
    delivery: Any
    order: Any
    legs: Legs

    @property
    def pickings(self):
        """The transfers of that, the one that is linked with the shipment first."""
        pickings = [move.picking_id for move in self.legs.shares]
        return pickings[0].union(*pickings[1:])


class ImporterOrderDelivery(models.AbstractModel):
    """Shipments that the store knows of, onto the transfers of the confirmed order.

    A shipment is found again by its link. One without a link that is made of what a
    transfer has delivered already was told by Odoo itself, or is the same parcel typed
    in twice: it is linked, and nothing is booked.
    """

    _name = "hub.importer.order.delivery"
    _inherit = "hub.importer.part"
    _description = "Shipments of Imported Orders"

    def _concerns(self, flow, task):
        return bool(task.document.deliveries)

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        if backend.delivery_import == "never":
            return
        if "fulfillment" not in backend._binding_models():
            return
        orders = self.env["sale.order"].browse([task.res_id for task in tasks])
        self._note_waiting(orders)
        found = [
            (task, order)
            for task, order in zip(tasks, orders, strict=True)
            if order.state == "sale"
        ]
        self._count_services(found)
        places = self.env["hub.mapping"].sudo().lookup(backend, "location")
        booked = self._book_all(backend, found, places)
        self._remember_told(backend, booked)

    def _note_waiting(self, orders):
        """Quotations deliver nothing; confirming them brings this up again."""
        waiting = orders.filtered(lambda order: order.state in ("draft", "sent"))
        waiting.filtered(lambda o: not o.hub_delivery_waiting).write(
            {"hub_delivery_waiting": True}
        )
        over = (orders - waiting).filtered("hub_delivery_waiting")
        over.write({"hub_delivery_waiting": False})

    # === WITHOUT A TRANSFER ===#

    def _count_services(self, found):
        """What is not moved, such as gift cards, is only counted as delivered."""
        for task, order in found:
            total = defaultdict(Decimal)
            for delivery in task.document.deliveries:
                for row in delivery.lines if not delivery.cancelled else ():
                    total[row.external_id] += row.quantity
            for line in order.order_line:
                if line.qty_delivered_method != "manual" or not line.hub_external_id:
                    continue
                wanted = float(total.get(line.hub_external_id, 0))
                if wanted != line.qty_delivered:
                    line.qty_delivered = wanted

    # === BOOKING ===#

    def _book_all(self, backend, found, places):
        """Book what is new: the first shipment of every order, then the next ones.

        Before goods leave they may have to be picked and packed: a round for each.

        :return: the bookings of what has left
        """
        binder = backend.binder("fulfillment")
        known = {
            key: state.record
            for key, state in binder.states_many(
                delivery.external_id
                for task, _order in found
                for delivery in task.document.deliveries
            ).items()
        }
        done, settled, steps = [], set(), Counter()
        while True:
            bookings, links = [], []
            for task, order in found:
                transfers = Transfers(order, places)
                booking = self._next(task, transfers, known, settled, links)
                if booking:
                    bookings.append(booking)
            self._link(binder, links)
            if not bookings:
                return done
            stopped = self._book(bookings, places, steps)
            settled.update(booking.delivery.external_id for booking in stopped)
            left = [b for b in bookings if b.legs.leaves and b not in stopped]
            self._link(binder, [(b.delivery, b.pickings[:1]) for b in left])
            known.update({b.delivery.external_id: b.pickings[:1] for b in left})
            done += left

    def _book(self, bookings, places, steps):
        """Book what is to be moved next; return what cannot be booked.

        :param steps: how many were booked of a shipment, which is counted up
        """
        refused = self.env["hub.importer.order.booking"].book(bookings, places)
        steps.update(booking.delivery.external_id for booking in bookings)
        refused += [
            (booking, "steps")
            for booking in bookings
            if not booking.legs.leaves
            and steps[booking.delivery.external_id] > MANY_STEPS
        ]
        for booking, problem in refused:
            self._note(booking.task, booking.delivery, booking.order, problem)
        return [booking for booking, _problem in refused]

    def _next(self, task, transfers, known, settled, links):
        """Return the next shipment of an order that is to be booked, if any.

        What needs none is settled on the way: ``links`` gets what is already delivered.
        """
        for delivery in task.document.deliveries:
            picking = known.get(delivery.external_id)
            # of one that was cancelled and has come back nothing is left to be told
            if picking and (not delivery.cancelled or picking._hub_is_returned()):
                transfers.explain(picking, delivery)
        for delivery in task.document.deliveries:
            gid = delivery.external_id
            if gid in settled or (gid in known and not delivery.cancelled):
                continue
            if delivery.cancelled:
                settled.add(gid)
                self._cancelled(task, delivery, known.get(gid))
                continue
            goods, unknown = transfers.goods(delivery)
            same = transfers.delivered_as(delivery, goods)
            if same:
                links.append((delivery, same))
                known[gid] = same
                transfers.explain(same, delivery)
                continue
            legs, problem = transfers.legs_for(delivery, goods)
            if legs and not unknown:
                return Booking(task, delivery, transfers.order, legs)
            settled.add(gid)
            problem = "unknown" if unknown else problem
            if problem:
                self._note(task, delivery, transfers.order, problem)
        return None

    def _link(self, binder, rows):
        if rows:
            binder.bind_many(
                [
                    {
                        "external_id": delivery.external_id,
                        "odoo_id": picking.id,
                        "sync_date": self.env.cr.now(),
                    }
                    for delivery, picking in rows
                ]
            )

    @api.private
    def _remember_told(self, backend, bookings):
        """Keep an outbound flow from telling the store what the store has told us."""
        flow = backend.flow_ids.filtered(
            lambda flow: flow.document == "fulfillment" and flow.direction == "out"
        )[:1]
        if flow and bookings:
            ids = [booking.pickings[:1].id for booking in bookings]
            self.env["hub.exporter.fulfillment"].note_told(flow, ids)

    # === PROBLEMS ===#

    def _cancelled(self, task, delivery, picking):
        """A shipment that Odoo has delivered counts no more in the store."""
        if not picking or picking.state != "done":
            return
        if picking._hub_is_returned():
            return
        task.error = task.error or BusinessRuleError(
            self.env._(
                "Shipment %(remote)s was cancelled in the store, but Odoo has"
                " delivered it with %(picking)s.",
                remote=delivery.name or delivery.external_id,
                picking=picking.name,
            ),
            title=self.env._("Shipments were cancelled in the store after delivery."),
            remedy=self.env._(
                "Return %s in Odoo when the goods came back, then retry; skip the"
                " message when they are with the customer.",
                picking.name,
            ),
            code="delivery_cancelled",
        )

    def _note(self, task, delivery, order, problem):
        task.error = task.error or BusinessRuleError(
            self.env._(
                "Shipment %(remote)s of order %(order)s cannot be booked: %(reason)s",
                remote=delivery.name or delivery.external_id,
                order=order.name,
                reason=self._reason(problem),
            ),
            title=self.env._("Shipments of the store cannot be booked."),
            remedy=self._remedy(order, problem),
            code=f"delivery_{problem}",
        )

    def _remedy(self, order, problem):
        if problem in ("steps", "lots"):
            return self.env._(
                "Correct the stock in Odoo, or reserve the goods on the deliveries of"
                " %s; then retry.",
                order.name,
            )
        return self.env._(
            "Compare the deliveries of %s with the store, and complete them by hand;"
            " then retry, or skip the message.",
            order.name,
        )

    def _reason(self, problem):
        if problem == "unknown":
            return self.env._("it contains lines that the order in Odoo does not have.")
        if problem == "steps":
            return self.env._(
                "its goods have to be picked or packed first, and Odoo does not have"
                " them in stock."
            )
        if problem == "lots":
            return self.env._(
                "it contains products with lots or serial numbers, and Odoo has none"
                " reserved."
            )
        return self.env._("Odoo has less of it left to deliver.")
