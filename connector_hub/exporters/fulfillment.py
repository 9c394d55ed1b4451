# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timezone
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..documents import Fulfillment, FulfillmentLine, flat
from ..exceptions import BusinessRuleError

#: kinds of transfers with which goods leave for the customer
LEAVING = ("outgoing", "dropship")
#: what is known of a parcel where no delivery carriers are installed
TRACKING = frozenset(
    ("hub_tracking_number", "hub_tracking_url", "hub_tracking_company")
)


class ExporterFulfillment(models.AbstractModel):
    """Deliveries that are done, of orders that came from the flow's system."""

    _name = "hub.exporter.fulfillment"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Fulfilments"
    _record_model = "stock.picking"
    _entity = "fulfillment"

    @api.private
    def watched(self):
        """``state`` is noted by what completes and cancels transfers."""
        names = {"state", "date_done", "carrier_id", "carrier_tracking_ref"}
        return {"stock.picking": names | TRACKING}

    @api.private
    def roots(self, flow, model, ids):
        """What comes back concerns the delivery with which it left, and its parcel."""
        pickings = self.env["stock.picking"].browse(ids).exists()
        pickings |= pickings.return_id
        return [*ids, *(pickings | pickings.hub_shipped_with_id).ids]

    @api.private
    def relevant(self, flow, ids):
        pickings = self.env["stock.picking"].search(
            Domain("id", "in", list(ids))
            & Domain("picking_type_id.code", "in", LEAVING)
            & Domain("state", "in", ("done", "cancel"))
            & Domain("sale_id", "!=", False)
            & Domain("hub_shipped_with_id", "=", False)
        )
        orders = self._order_ids(flow, pickings.sale_id)
        known = self._remote_ids(flow, pickings.ids)
        return {
            picking.id
            for picking in pickings
            if picking.sale_id.id in orders
            and (picking.state == "done" or picking.id in known)
        }

    @api.private
    def all_ids(self, flow, after, limit):
        orders = self.env[flow.backend_id._binding_models()["order"]]
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT p.id
                      FROM stock_picking p
                      JOIN stock_picking_type t ON t.id = p.picking_type_id
                       AND t.code = ANY(%s)
                      JOIN %s o ON o.odoo_id = p.sale_id AND o.backend_id = %s
                     WHERE p.id > %s AND p.state = 'done'
                       AND p.hub_shipped_with_id IS NULL
                  ORDER BY 1 LIMIT %s
                    """,
                    list(LEAVING),
                    SQL.identifier(orders._table),
                    flow.backend_id.id,
                    after,
                    limit,
                )
            )
        ]

    @api.private
    def to_documents(self, flow, ids):
        pickings = self.env["stock.picking"].browse(ids).exists()
        pickings = pickings.filtered(
            lambda p: p.state in ("done", "cancel") and not p.hub_shipped_with_id
        )
        orders = self._order_ids(flow, pickings.sale_id)
        binder = flow.backend_id.with_env(self.env).binder(self._entity)
        shipments = binder.to_external_many(pickings.sale_id.picking_ids | pickings)
        places = self._places(flow)
        left, waiting = self._goods(pickings.sale_id)
        found = {}
        for picking in pickings:
            order_id = orders.get(picking.sale_id.id)
            remote_ids = tuple(shipments.get(picking.id, ()))
            cancelled = self._is_cancelled(flow, picking)
            if not order_id or (cancelled and not remote_ids):
                continue
            if len(picking.move_ids.sale_line_id.order_id) > 1:
                found[picking.id] = self._mixed(picking)
                continue
            goods = self._goods_of(picking, left)
            if not goods and not remote_ids and _only_waits(picking, waiting):
                continue
            values = {"order_id": order_id, "cancelled": cancelled}
            values["other_shipment_ids"] = tuple(
                gid
                for other in picking.sale_id.picking_ids - picking
                for gid in shipments.get(other.id, ())
            )
            values["location_id"] = self._place(picking.location_id, places)
            values["lines"] = self._lines(goods)
            found[picking.id] = self._document(picking, remote_ids, values)
        return found

    def _goods(self, orders):
        """Return {transfer: {line: what left}} and what waits for other parts."""
        left, waiting = {}, {}
        for order in orders:
            of_order, parts = order._hub_goods_out()
            left.update(of_order)
            waiting.update(parts)
        return left, waiting

    def _goods_of(self, picking, left):
        """Return {line: what left} with a delivery, and with others as its parcel."""
        found = defaultdict(float)
        for each in picking | picking.hub_shipped_along_ids:
            for line, quantity in left.get(each, {}).items():
                found[line] += quantity
        return found

    @api.private
    def note_told(self, flow, ids):
        """Remember that the remote knows what Odoo now says of deliveries."""
        said = self.to_documents(flow, ids).values()
        told = [document for document in said if isinstance(document, Fulfillment)]
        self.env["hub.snapshot"].store_many(
            flow.backend_id,
            flow.document,
            {doc.external_id: flat(doc, only_set=True) for doc in told},
        )

    @api.private
    def _hub_document_fulfillment(self, picking, values):
        """Hook: change what is said of a delivery."""
        return values

    def _is_cancelled(self, flow, picking):
        """Return whether nothing of it counts as delivered any more."""
        if picking.state == "cancel":
            return True
        return flow.returned_delivery == "cancel" and picking._hub_is_returned()

    def _document(self, picking, remote_ids, values):
        done = picking.date_done
        values = {
            "name": picking.name,
            "order_name": picking.sale_id.client_order_ref or picking.sale_id.name,
            "shipped_at": done and done.replace(tzinfo=timezone.utc) or None,
            "shipment_ids": remote_ids,
            **self._tracking(picking),
            **values,
        }
        values = self._hub_document_fulfillment(picking, values)
        remote_id = remote_ids[0] if remote_ids else ""
        return Fulfillment(external_id=remote_id, version=self._now(), **values)

    def _tracking(self, picking):
        values = {
            "carrier": picking.hub_tracking_company or "",
            "tracking_number": picking.hub_tracking_number or "",
            "tracking_url": picking.hub_tracking_url or "",
        }
        if "carrier_tracking_ref" in picking._fields and picking.carrier_tracking_ref:
            url = picking.carrier_tracking_url or ""
            values["tracking_number"] = picking.carrier_tracking_ref
            # of several parcels Odoo makes a list, which is no address
            values["tracking_url"] = url if url.startswith("http") else ""
            values["carrier"] = picking.carrier_id.name or values["carrier"]
        return values

    def _lines(self, goods):
        """Return what left, by order line; what the order does not know is not said."""
        return tuple(
            FulfillmentLine(
                external_id=line.hub_external_id,
                sku=line.product_id.default_code or "",
                title=line.product_id.name or "",
                quantity=_exact(quantity, line.product_uom_id.rounding),
            )
            for line, quantity in goods.items()
            if line.hub_external_id and quantity
        )

    def _order_ids(self, flow, orders):
        """Return {order id: id there} of those that came from the flow's system."""
        binder = flow.backend_id.with_env(self.env).binder("order")
        return {key: ids[0] for key, ids in binder.to_external_many(orders).items()}

    def _places(self, flow):
        """Return [(path, remote location)], the narrowest first."""
        found = self.env["hub.mapping"].sudo().lookup(flow.backend_id, "location")
        places = [(loc.parent_path, key) for key, loc in found.items() if loc]
        return sorted(places, key=lambda place: -len(place[0]))

    def _place(self, location, places):
        path = location.parent_path or ""
        return next((key for start, key in places if path.startswith(start)), "")

    def _mixed(self, picking):
        return BusinessRuleError(
            self.env._("%s delivers several orders at once.", picking.name),
            title=self.env._("Deliveries are for several orders at once."),
            remedy=self.env._("Say in the connected system what was shipped."),
            code="several_orders",
        )


def _only_waits(picking, waiting):
    """Return whether a delivery brought but parts of what is not complete yet."""
    return any(
        line in waiting and line.product_id not in waiting[line]
        for line in picking.move_ids.sale_line_id
    )


def _exact(quantity, rounding):
    digits = max(0, -Decimal(str(rounding)).normalize().as_tuple().exponent)
    return round(Decimal(str(quantity)), digits)
