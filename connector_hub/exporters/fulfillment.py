# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timezone
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..documents import Fulfillment, FulfillmentLine
from ..exceptions import BusinessRuleError

#: kinds of transfers with which goods leave for the customer
LEAVING = ("outgoing", "dropship")


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
        return {"stock.picking": names}

    @api.private
    def relevant(self, flow, ids):
        pickings = self.env["stock.picking"].search(
            Domain("id", "in", list(ids))
            & Domain("picking_type_id.code", "in", LEAVING)
            & Domain("state", "in", ("done", "cancel"))
            & Domain("sale_id", "!=", False)
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
        pickings = pickings.filtered(lambda p: p.state in ("done", "cancel"))
        orders = self._order_ids(flow, pickings.sale_id)
        remote_ids = self._remote_ids(flow, pickings.ids)
        places = self._places(flow)
        found = {}
        for picking in pickings:
            order_id = orders.get(picking.sale_id.id)
            if order_id and len(picking.move_ids.sale_line_id.order_id) > 1:
                found[picking.id] = self._mixed(picking)
            elif order_id:
                found[picking.id] = self._document(
                    picking, order_id, remote_ids.get(picking.id, ""), places
                )
        return found

    @api.private
    def _hub_document_fulfillment(self, picking, values):
        """Hook: change what is said of a delivery."""
        return values

    def _document(self, picking, order_id, remote_id, places):
        done = picking.date_done
        values = {
            "name": picking.name,
            "order_id": order_id,
            "order_name": picking.sale_id.client_order_ref or picking.sale_id.name,
            "shipped_at": done and done.replace(tzinfo=timezone.utc) or None,
            "cancelled": picking.state == "cancel",
            "location_id": self._place(picking.location_id, places),
            "lines": self._lines(picking),
        }
        if "carrier_tracking_ref" in picking._fields:
            url = picking.carrier_tracking_url or ""
            values.update(
                carrier=picking.carrier_id.name or "",
                tracking_number=picking.carrier_tracking_ref or "",
                # of several parcels Odoo makes a list, which is no address
                tracking_url=url if url.startswith("http") else "",
            )
        values = self._hub_document_fulfillment(picking, values)
        return Fulfillment(external_id=remote_id, version=self._now(), **values)

    def _lines(self, picking):
        """Return what left, by order line; what the order does not know is not said."""
        quantities = {}
        for move in picking.move_ids:
            line = move.sale_line_id
            if move.state == "done" and line.product_id == move.product_id:
                quantity = move.product_uom._compute_quantity(
                    move.quantity, line.product_uom_id, round=False
                )
                quantities[line] = quantities.get(line, 0.0) + quantity
        return tuple(
            FulfillmentLine(
                external_id=line.hub_external_id,
                sku=line.product_id.default_code or "",
                title=line.product_id.name or "",
                quantity=_exact(quantity, line.product_uom_id.rounding),
            )
            for line, quantity in quantities.items()
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


def _exact(quantity, rounding):
    digits = max(0, -Decimal(str(rounding)).normalize().as_tuple().exponent)
    return round(Decimal(str(quantity)), digits)
