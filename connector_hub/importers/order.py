# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models

from ..documents.order import LineKind
from ..exceptions import HubError, InvalidData
from .batch import together
from .order_lines import content_of, expected_tax, tax_keys
from .product import product_key


class ImporterOrder(models.AbstractModel):
    """Orders to sale orders, with total parity to the cent."""

    _name = "hub.importer.order"
    _inherit = "hub.importer.base"
    _description = "Importer of Orders"

    @api.private
    def shared_keys(self, backend, tasks):
        orders = [task.document for task in tasks if task.is_open]
        keys = self.env["hub.importer.customer"].keys_of(
            backend, [order.customer for order in orders if order.customer.label]
        )
        lines = [
            line
            for order in orders
            for line in order.lines
            if line.kind is LineKind.PRODUCT
        ]
        bound = backend.binder("variant").states_many(line.variant_id for line in lines)
        keys |= {
            product_key(line.sku or line.variant_id or line.title)
            for line in lines
            if line.variant_id not in bound
        }
        # orders of one buyer may need the same new address, whatever their lanes
        keys |= {
            f"address:{order.customer.external_id or order.customer.email_key}"
            for order in orders
        }
        return keys | self._new_mappings(backend, orders)

    def _new_mappings(self, backend, orders):
        """Return lock keys of the mappings these orders may add."""
        tax = self.env["hub.importer.tax"]
        wanted = {
            "tax": {
                tax.remote_value(*key)
                for order in orders
                for line in order.taxed
                for key in tax_keys(order, line)
            },
            "pricelist": {order.currency for order in orders}
            - {backend.company_id.currency_id.name},
        }
        return {
            f"{kind}:{backend.id}"
            for kind, values in wanted.items()
            if values - self.env["hub.mapping"].sudo().lookup(backend, kind).keys()
        }

    def _parts(self):
        return (
            *super()._parts(),
            "hub.importer.order.payment",
            "hub.importer.order.edit",
            "hub.importer.order.release",
            "hub.importer.order.delivery",
            "hub.importer.order.invoice",
            "hub.importer.order.kept",
            "hub.importer.order.refund",
            "hub.importer.order.cancellation",
        )

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        tasks = self._leave_out_tests(backend, tasks)
        existing = backend.binder("order").to_internal_many(
            task.external_id for task in tasks
        )
        values = self._values_many(flow, tasks, existing)
        new = [t for t in tasks if t.is_open and t.external_id not in existing]
        changed = [t for t in tasks if t.is_open and t.external_id in existing]
        self._create_orders(backend, new, values)
        self.env["hub.importer.order.update"].update_many(
            backend, changed, existing, values
        )
        binder = backend.binder("order")
        self._bind(
            backend,
            "order",
            [
                (
                    task,
                    self.env["sale.order"].browse(task.res_id),
                    binder.values_of(task.document),
                )
                for task in tasks
                if task.state == "done"
            ],
        )

    def _leave_out_tests(self, backend, tasks):
        """Test orders of a store do not belong into production's books."""
        rest = []
        for task in tasks:
            if task.document.test and backend.environment == "production":
                task.settle("skipped")
            else:
                rest.append(task)
        return rest

    # === RESOLVING ===#

    def _values_many(self, flow, tasks, existing):
        """Return {external id: values}; tasks that cannot be resolved get an error."""
        backend = flow.backend_id.with_env(self.env)
        pricelists = self.env["hub.importer.pricelist"].resolve(backend, tasks)
        taxes = self._taxes(backend, tasks)
        self._check_buyers(backend, tasks)
        products = self._products(flow, tasks)
        partners = self._partners(
            backend, [task for task in tasks if task.is_open], existing
        )
        good = [task for task in tasks if task.is_open]
        for task in good:
            task.expected["tax"] = expected_tax(task.document, taxes)
        lines = self.env["hub.importer.order.lines"]
        said = self.env["hub.importer.order.said"].values(backend, good)
        return {
            task.external_id: self._hub_values_order(
                task.document,
                {
                    **self._header(backend, task.document, pricelists),
                    **said[task.external_id],
                    **partners[task.external_id],
                    "order_line": lines.values(backend, task.document, products, taxes),
                },
            )
            for task in good
        }

    def _header(self, backend, order, pricelists):
        return {
            "company_id": backend.company_id.id,
            "date_order": order.placed_at.replace(tzinfo=None),
            "client_order_ref": order.purchase_order or order.name,
            "origin": f"{backend.name} {order.name}",
            "pricelist_id": pricelists[order.currency].id,
            "payment_term_id": False,
            "user_id": False,
            "hub_content": content_of(order),
        }

    @api.private
    def _hub_values_order(self, order, values):
        """Hook: change the values of an order; ``order_line`` is a list of dicts."""
        return values

    def _taxes(self, backend, tasks):
        keys = {
            task.external_id: {
                key
                for line in task.document.taxed
                for key in tax_keys(task.document, line)
            }
            for task in tasks
        }
        found = self.env["hub.importer.tax"].resolve(
            backend, {key for wanted in keys.values() for key in wanted}
        )
        for task in tasks:
            errors = [
                found[key]
                for key in sorted(keys[task.external_id])
                if isinstance(found[key], HubError)
            ]
            task.error = task.error or next(iter(errors), None)
        return found

    def _check_buyers(self, backend, tasks):
        for task in tasks:
            order = task.document
            if not order.customer.label and not backend.guest_partner_id:
                task.error = task.error or InvalidData(
                    self.env._(
                        "Order %s names no buyer: no customer, e-mail, phone number or"
                        " address.",
                        order.name,
                    ),
                    remedy=self.env._(
                        "Set a customer for anonymous orders on %s, or complete the"
                        " order in the store; then retry.",
                        backend.name,
                    ),
                    title=self.env._("Orders of %s name no buyer.", backend.name),
                    code="no_buyer",
                    field="customer",
                )

    def _products(self, flow, tasks):
        lines = [line for t in tasks if t.is_open for line in t.document.lines]
        company = flow.backend_id.company_id.currency_id.name
        priced = {
            line
            for task in tasks
            if task.document.currency == company
            for line in task.document.lines
        }
        found = self.env["hub.importer.order.lines"].products(flow, lines, priced)
        for task in tasks:
            for line in task.document.lines:
                if isinstance(found.get(line), HubError):
                    task.error = task.error or found[line]
        return found

    def _partners(self, backend, tasks, existing):
        """Return {external id: values of the three partner fields}."""
        owners = self._owners(backend, tasks, existing)
        tasks = [task for task in tasks if task.is_open]
        wanted = [
            (owners[task.external_id], address, kind)
            for task in tasks
            for address, kind in _addresses(task.document)
        ]
        children = self.env["hub.importer.address"].resolve(wanted)
        found = {}
        for task in tasks:
            owner, order = owners[task.external_id], task.document
            billing = children.get((owner.id, order.billing), owner)
            shipping = children.get((owner.id, order.shipping), billing)
            found[task.external_id] = {
                "partner_id": owner.id,
                "partner_invoice_id": billing.id,
                "partner_shipping_id": shipping.id,
            }
        return found

    def _owners(self, backend, tasks, existing):
        """Return {external id: the buyer's partner}; tasks may get an error."""
        owners = dict.fromkeys(
            (task.external_id for task in tasks), backend.guest_partner_id
        )
        named = []
        for task in tasks:
            customer, order = task.document.customer, existing.get(task.external_id)
            if order and customer.is_guest and not customer.email_key:
                # nothing identifies this buyer but the order
                owners[task.external_id] = order.partner_id
            elif customer.label:
                named.append(task)
        resolved = self.env["hub.importer.customer"].resolve(
            backend, [task.document.customer for task in named]
        )
        for task, partner in zip(named, resolved, strict=True):
            if isinstance(partner, HubError):
                task.error = partner
            owners[task.external_id] = partner
        return owners

    # === WRITING ===#

    def _create_orders(self, backend, tasks, values):
        constants = self.env["hub.importer.order.lines"].constants()
        vals_list = [
            {
                **values[task.external_id],
                "order_line": [
                    (0, 0, {**constants, **line})
                    for line in values[task.external_id]["order_line"]
                ],
            }
            for task in tasks
        ]
        with together(self.env):
            orders = self.env["sale.order"].create(vals_list)
        pairs = list(zip(tasks, orders, strict=True))
        wrong = self.env["hub.importer.order.parity"].enforce(backend, pairs)
        wrong.unlink()
        cancelled = self.env["sale.order"]
        for task, order in pairs:
            if task.error:
                continue
            task.settle("done", order)
            if task.document.cancelled_at:
                cancelled += order
        if cancelled:
            cancelled._action_cancel()


def _addresses(order):
    """Yield (address, type) of an order; both are the order's own."""
    seen = defaultdict(list)
    for address, kind in ((order.billing, "invoice"), (order.shipping, "delivery")):
        if address and not address.is_empty:
            seen[address].append(kind)
    for address, kinds in seen.items():
        yield address, kinds[0] if len(kinds) == 1 else "other"
