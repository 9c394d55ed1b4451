# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo import api, models

from ..exceptions import BusinessRuleError
from .order_transfers import Transfers


@dataclass
class Booking:
    """One shipment of the store and the open transfer it is booked on.

    ``goods``: {id of the order's line: quantity in that line's unit}.
    """

    task: Any
    delivery: Any
    picking: Any
    goods: dict


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

        :return: the bookings
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
        done, settled = [], set()
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
            self.env["hub.importer.order.booking"].book(bookings, places)
            self._link(binder, [(b.delivery, b.picking) for b in bookings])
            known.update({b.delivery.external_id: b.picking for b in bookings})
            done += bookings

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
            picking, problem = transfers.open_for(delivery, goods)
            if picking and not unknown:
                return Booking(task, delivery, picking, goods)
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
            ids = [booking.picking.id for booking in bookings]
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
            remedy=self.env._(
                "Compare the deliveries of %s with the store, and complete them by"
                " hand; then retry, or skip the message.",
                order.name,
            ),
            code=f"delivery_{problem}",
        )

    def _reason(self, problem):
        if problem == "unknown":
            return self.env._("it contains lines that the order in Odoo does not have.")
        if problem == "steps":
            return self.env._("goods have to be picked or packed in Odoo first.")
        if problem == "spread":
            return self.env._("its goods are in several deliveries in Odoo.")
        return self.env._("Odoo has less of it left to deliver.")
