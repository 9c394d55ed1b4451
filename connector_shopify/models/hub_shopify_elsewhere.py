# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import GID_PREFIX

#: the model of a store in the other connector, OCA's ``shopify_connector``
INSTANCE = "shopify.instance"
#: entity here: (model of the links there, type in Shopify's ids, field of the record)
SOURCES = {
    "customer": ("shopify.customer", "Customer", "odoo_id"),
    "product": ("shopify.product.template", "Product", "odoo_id"),
    "variant": ("shopify.product.variant", "ProductVariant", "odoo_id"),
    "order": ("shopify.order", "Order", "odoo_id"),
    "fulfillment": ("shopify.fulfillment", "Fulfillment", "picking_id"),
}
#: what the other connector has booked of parts of orders: (its model, field of the
#: remote id, field of the record there, table of the record here)
PARTS = (
    ("shopify.order.line", "shopify_id", "odoo_id", "sale_order_line"),
    (
        "shopify.gateway.payment",
        "transaction_shopify_id",
        "payment_id",
        "account_payment",
    ),
    ("shopify.refund", "shopify_id", "move_id", "account_move"),
)


class HubShopifyElsewhere(models.AbstractModel):
    """What OCA's ``shopify_connector`` has linked and booked in this database.

    Read only, with plain SQL: nothing of the other connector is changed, and none of
    its code runs.
    """

    _name = "hub.shopify.elsewhere"
    _description = "Records of Another Shopify Connector"

    @api.private
    def source(self, backend):
        """Return (id, name, whether it is active) of the same store there, or None."""
        if INSTANCE not in self.env or not backend:
            return None
        rows = self.env.execute_query(
            SQL(
                r"""
                SELECT id, name, active FROM %s
                 WHERE company_id = %s
                   AND regexp_replace(lower(shop_url),
                                      '^https?://|[:/].*$', '', 'g') = %s
                """,
                SQL.identifier(self.env[INSTANCE]._table),
                backend.company_id.id,
                self.host(backend),
            )
        )
        return rows[0] if rows else None

    @api.private
    def host(self, backend):
        """Return the name of the store's host."""
        address = backend.api_url or ""
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""

    @api.private
    def links(self, entity, instance_id, external_ids=None):
        """Return [(external id, Odoo id)] of the links there.

        :param external_ids: only of these
        """
        name, kind, record = SOURCES[entity]
        if name not in self.env:
            return []
        self.env[name].flush_model()
        return self.env.execute_query(
            SQL(
                "SELECT shopify_id, %(record)s FROM %(table)s"
                " WHERE instance_id = %(instance)s AND %(record)s IS NOT NULL"
                " AND shopify_id LIKE %(kind)s AND %(only)s ORDER BY id",
                record=SQL.identifier(record),
                table=SQL.identifier(self.env[name]._table),
                instance=instance_id,
                kind=f"{GID_PREFIX}{kind}/%",
                only=SQL("TRUE")
                if external_ids is None
                else SQL("shopify_id = ANY(%s)", list(external_ids)),
            )
        )

    @api.private
    def link(self, backend, bindings, external_ids):
        """Link what the other connector has brought in since its links were adopted.

        :param bindings: the model of our links
        :return: how many links were made
        """
        entity = next(
            (e for e, n in backend._binding_models().items() if n == bindings._name),
            "",
        )
        # in shadow mode an order is calculated afresh, to be compared with theirs
        if entity not in SOURCES or (
            entity == "order" and self.env.context.get("hub_afresh")
        ):
            return 0
        source = self.source(backend)
        pairs = self.links(entity, source[0], external_ids) if source else []
        rows = [
            (number, external_id, "odoo_id", str(record))
            for number, (external_id, record) in enumerate(pairs, 1)
        ]
        if not rows:
            return 0
        pairs, _known, _problems = self.env["hub.link.checker"].check(
            backend, bindings, rows
        )
        return bindings.sudo().link_many(backend, pairs)

    @api.private
    def name_parts(self, backend, external_ids=None):
        """Note on lines, payments and credit notes what of the store's they are.

        :param external_ids: only of these orders
        """
        source = self.source(backend)
        if not source:
            return
        self.env.flush_all()
        only = SQL("TRUE")
        if external_ids is not None:
            only = SQL("o.shopify_id = ANY(%s)", list(external_ids))
        orders = SQL("o.instance_id = %s AND %s", source[0], only)
        for name, remote, record, table in PARTS:
            if name in self.env:
                self._mark(backend, orders, self.env[name], remote, record, table)
        if "shopify.refund" in self.env:
            self._note_refunds(backend, orders)
        self.env.invalidate_all()

    def _mark(self, backend, orders, theirs, remote, record, table):
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s t SET hub_external_id = s.%(remote)s
                  FROM %(source)s s JOIN shopify_order o ON o.id = s.order_binding_id
                 WHERE %(orders)s AND s.%(record)s = t.id
                   AND s.%(remote)s LIKE %(prefix)s
                   AND t.company_id = %(company)s AND t.hub_external_id IS NULL
                """,
                table=SQL.identifier(table),
                remote=SQL.identifier(remote),
                source=SQL.identifier(theirs._table),
                record=SQL.identifier(record),
                orders=orders,
                prefix=f"{GID_PREFIX}%",
                company=backend.company_id.id,
            )
        )

    def _note_refunds(self, backend, orders):
        """Note which refunds it has settled, with a credit note or without."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE sale_order t SET hub_settled_refunds = s.refunds
                  FROM (SELECT o.odoo_id, jsonb_build_object('ids', coalesce(
                                   jsonb_agg(r.shopify_id ORDER BY r.id)
                                   FILTER (WHERE r.id IS NOT NULL), '[]')) AS refunds
                          FROM shopify_order o
                          LEFT JOIN shopify_refund r
                            ON r.order_binding_id = o.id AND r.state = 'synced'
                         WHERE %(orders)s AND o.odoo_id IS NOT NULL
                      GROUP BY o.odoo_id) s
                 WHERE s.odoo_id = t.id AND t.company_id = %(company)s
                   AND t.hub_settled_refunds IS DISTINCT FROM s.refunds
                """,
                orders=orders,
                company=backend.company_id.id,
            )
        )


class HubBackend(models.Model):
    """A store that another connector works with as well."""

    _inherit = "hub.backend"

    shopify_adopts = fields.Boolean(
        "Take Over New Links",
        readonly=True,
        help="What another connector links after its links were adopted is taken over"
        " when it is met, so that nothing is made twice.",
    )
