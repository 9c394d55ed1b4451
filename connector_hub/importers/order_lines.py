# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
from decimal import Decimal

from odoo import api, models
from odoo.fields import Command

from ..documents import OrderLine
from ..documents.order import LineKind
from ..exceptions import HubError, MappingError

HUNDRED = Decimal(100)
CENT = Decimal("0.01")


class ImporterOrderLines(models.AbstractModel):
    """Order lines to values of ``sale.order.line``, to the cent."""

    _name = "hub.importer.order.lines"
    _description = "Importer of Order Lines"

    # === PRODUCTS ===#

    @api.private
    def products(self, flow, lines, priced=()):
        """Return the product, or the error, of each line; creates missing ones.

        :param lines: list of OrderLine
        :param priced: those whose price is in the company's currency
        :return: {line: product.product, or the error}
        """
        backend = flow.backend_id.with_env(self.env)
        special = {
            LineKind.CUSTOM: backend.custom_product_id,
            LineKind.GIFT_CARD: backend.gift_card_product_id,
        }
        found = {line: special[line.kind] for line in lines if line.kind in special}
        goods = [line for line in lines if line.kind not in special]
        matches = self.env["hub.importer.product"].match_many(backend, goods)
        unknown = [line for line in goods if line not in matches]
        found.update(matches)
        policy = getattr(self, f"_unknown_{flow.unknown_product}")
        found.update(policy(backend, unknown, priced))
        self._link(backend, goods, found)
        return found

    def _unknown_placeholder(self, backend, lines, priced):
        return dict.fromkeys(lines, backend.custom_product_id)

    def _unknown_exception(self, backend, lines, priced):
        return {
            line: MappingError(
                self.env._(
                    'Product "%(title)s" (SKU %(sku)s) of %(backend)s is not in Odoo.',
                    title=line.title,
                    sku=line.sku or "-",
                    backend=backend.name,
                ),
                remedy=self.env._(
                    "Create the product with this SKU or import the products, then"
                    " retry."
                ),
                kind="product",
                field="lines",
                value=line.sku or line.title,
            )
            for line in lines
        }

    def _unknown_create(self, backend, lines, priced):
        """Create one simple product per unknown variant, SKU or title."""
        first = {}
        for line in lines:
            first.setdefault(_product_key(line), line)
        products = self.env["product.product"].create(
            [
                {
                    "name": line.title,
                    "default_code": line.sku or False,
                    "barcode": line.barcode or False,
                    "type": "consu" if line.requires_shipping else "service",
                    "is_storable": line.requires_shipping,
                    # a price in another currency is worse than none
                    "list_price": float(line.unit_price) if line in priced else 0.0,
                    "company_id": False,
                }
                for line in first.values()
            ]
        )
        created = dict(zip(first, products, strict=True))
        return {line: created[_product_key(line)] for line in lines}

    def _link(self, backend, lines, found):
        binder = backend.binder("variant")
        known = binder.states_many(line.variant_id for line in lines)
        rows = {
            line.variant_id: {
                "external_id": line.variant_id,
                "odoo_id": found[line].id,
                "sync_date": self.env.cr.now(),
            }
            for line in lines
            if line.variant_id
            and line.variant_id not in known
            and not isinstance(found[line], HubError)
            and found[line] != backend.custom_product_id
        }
        if rows:
            binder.bind_many(list(rows.values()))

    # === VALUES ===#

    @api.private
    def values(self, backend, order, products, taxes):
        """Return the values of all lines of an order, in the store's order."""
        rows = [self._line(order, line, products[line], taxes) for line in order.lines]
        rows += [
            self._charge(
                backend.shipping_product_id,
                line.title,
                line.net,
                taxes=self._taxes(order, line, taxes),
                external_id=line.external_id,
            )
            for line in order.shipping_lines
        ]
        if order.tip:
            rows.append(
                self._charge(backend.tip_product_id, self.env._("Tip"), order.tip)
            )
        if order.duties:
            rows.append(
                self._charge(
                    backend.duties_product_id,
                    self.env._("Duties"),
                    order.duties,
                    taxes=self._taxes(order, order.duty_line, taxes),
                )
            )
        return [{**row, "sequence": place} for place, row in enumerate(rows, start=1)]

    @api.private
    def constants(self):
        """Return values all lines of a batch share.

        Without any distribution model the analytic distribution is empty: said once
        here, it saves the search that Odoo makes for each line.
        """
        models_ = self.env["account.analytic.distribution.model"].sudo()
        if models_.search_count([], limit=1):
            return {}
        return {"analytic_distribution": False}

    def _line(self, order, line, product, taxes):
        price, discount = split_discount(line)
        return {
            "product_id": product.id,
            "name": _description(line),
            "product_uom_qty": float(line.quantity),
            "product_uom_id": product.uom_id.id,
            "price_unit": price,
            "discount": discount,
            "tax_ids": [Command.set(self._taxes(order, line, taxes))],
            "hub_external_id": line.external_id,
        }

    def _charge(self, product, name, amount, taxes=(), external_id=False):
        return {
            "product_id": product.id,
            "name": name,
            "product_uom_qty": 1.0,
            "product_uom_id": product.uom_id.id,
            "price_unit": float(amount),
            "discount": 0.0,
            "tax_ids": [Command.set(list(taxes))],
            "hub_external_id": external_id or False,
        }

    def _taxes(self, order, line, taxes):
        ids = []
        for key in tax_keys(order, line):
            ids += taxes[key].ids
        return ids


def tax_keys(order, line):
    """Return (title, rate, included) of the taxes that were really charged."""
    return [
        (tax.title, tax.rate, order.taxes_included) for tax in line.taxes if tax.amount
    ]


def expected_tax(order, taxes):
    """Return the tax Odoo must come to: the order's, without what is mapped to nothing.

    Not the sum of the lines' taxes: others, such as taxes on duties, would be missing
    in both Odoo and the sum, and an equal total would hide it.
    """
    charged = [
        (tax.amount, taxes[tax.title, tax.rate, order.taxes_included])
        for line in order.taxed
        for tax in line.taxes
        if tax.amount
    ]
    total = order.total_tax or sum((amount for amount, _tax in charged), Decimal(0))
    return total - sum((amount for amount, tax in charged if not tax), Decimal(0))


def lines_digest(order):
    """Return what the store says of an order's lines and charges, in short.

    Compared with what it said last: what people changed in Odoo is no change of the
    store.
    """
    said = order.model_dump_json(
        include={
            "currency": True,
            "taxes_included": True,
            "lines": True,
            "shipping_lines": True,
            "tip": True,
            "duties": True,
            "duty_taxes": True,
        }
    )
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def content_of(order):
    """Return short forms of an order's lines and of its addresses, as one text."""
    whom = order.model_dump_json(include={"billing": True, "shipping": True})
    buyer = order.customer.external_id or order.customer.email_key
    addresses = hashlib.sha256(f"{buyer}{whom}".encode()).hexdigest()[:16]
    return f"{lines_digest(order)}:{addresses}"


def split_content(content):
    """Return (lines, addresses) of what :func:`content_of` returned."""
    lines, _colon, addresses = (content or "").partition(":")
    return lines, addresses


def split_discount(line):
    """Return (unit price, discount in percent) that give the net amount exactly.

    A percentage of two decimals is off by cents in one order out of ten: it is used
    where it is exact, else the discounted unit price at full precision.
    """
    if not line.quantity:
        return float(line.unit_price), 0.0
    if not line.discount:
        return float(line.unit_price), 0.0
    gross = line.unit_price * line.quantity
    if gross:
        percent = (line.discount / gross * HUNDRED).quantize(CENT)
        if gross * (HUNDRED - percent) / HUNDRED == line.net:
            return float(line.unit_price), float(percent)
    return float(line.net / line.quantity), 0.0


def _product_key(line: OrderLine):
    return line.variant_id or line.sku or line.title


def _description(line):
    details = [f"{key}: {value}" for key, value in line.attributes]
    return "\n".join([line.title, *details])
