# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models
from odoo.tools import float_compare

from .order_lines import split_content
from .order_parity import rounding_values

PARTNERS = ("partner_id", "partner_invoice_id", "partner_shipping_id")
#: what the store decides of a line; digits to which it is compared
NUMBERS = {"product_uom_qty": 6, "price_unit": 6, "discount": 4}


@dataclass
class Owed:
    """What an order must come to, in the shape the parity check asks for."""

    name: str
    currency: str
    total: Decimal
    total_tax: Decimal
    tax: Decimal

    @property
    def document(self):
        return self

    @property
    def expected(self):
        return {"tax": self.tax}


class ImporterOrderDiff(models.AbstractModel):
    """A sale order beside what the store says of it, line by line."""

    _name = "hub.importer.order.diff"
    _description = "Differences of Orders"

    @api.private
    def rows(self, backend, order, values):
        """Return values of ``hub.order.edit.line``, one for each line and address.

        :param values: values of the order as the importer would create it
        """
        rows = [
            self._row(line, theirs)
            for line, theirs in self._pairs(backend, order, values)
        ]
        for name in self._moved(order, values):
            ours, theirs = order[name], order[name].browse(values[name])
            if ours != theirs:
                rows.append(
                    {
                        "kind": "address",
                        "name": order._fields[name]._description_string(self.env),
                        "ours": ours._display_address() or ours.display_name,
                        "theirs": theirs._display_address() or theirs.display_name,
                    }
                )
        return rows

    @api.private
    def bring_over(self, backend, order, values, owed):
        """Change a confirmed order to what the store says, to the cent.

        :raises BusinessRuleError: the totals would differ
        :raises UserError: Odoo forbids it
        """
        commands = []
        for line, theirs in self._pairs(backend, order, values):
            kind = self._kind(line, theirs)
            if kind == "added":
                commands.append((0, 0, theirs))
            elif kind == "removed":
                # a confirmed line cannot be deleted
                commands.append((1, line.id, {"product_uom_qty": 0.0}))
            elif kind == "changed":
                names = (*NUMBERS, "tax_ids")
                change = {name: theirs[name] for name in names}
                commands.append((1, line.id, change))
        order.write(
            {
                "hub_content": values["hub_content"],
                "client_order_ref": values["client_order_ref"],
                **{name: values[name] for name in self._moved(order, values)},
                **({"order_line": commands} if commands else {}),
            }
        )
        self._readdress(order)
        self._balance(backend, order, owed)

    def _moved(self, order, values):
        """Return the contacts that the store changed; people may have, too."""
        said, says = order.hub_content, values["hub_content"]
        if split_content(said)[1] == split_content(says)[1]:
            return ()
        return PARTNERS

    def _readdress(self, order):
        """Let what is not delivered yet go to the new address."""
        waiting = order.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.picking_type_code == "outgoing"
            )
        )
        waiting.filtered(
            lambda picking: picking.partner_id != order.partner_shipping_id
        ).partner_id = order.partner_shipping_id

    def _balance(self, backend, order, owed):
        """Adjust the rounding line, which cannot be deleted any more."""
        parity = self.env["hub.importer.order.parity"]
        rounding = parity.rounding_lines(order)
        rounding.filtered("price_unit").price_unit = 0.0
        difference = parity.difference(owed, order)
        if parity.is_wrong(backend, owed, order, difference):
            raise parity.error(backend, owed, order)
        if not difference:
            return
        if rounding:
            rounding[:1].price_unit = float(difference)
        else:
            values = rounding_values(self.env, backend, order, difference)
            rounding.create(values)

    # === COMPARISON ===#

    def _pairs(self, backend, order, values):
        """Yield (line here, values there); one of both may be empty."""
        parity = self.env["hub.importer.order.parity"]
        empty = order.order_line.browse()
        ours = order.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        ours -= parity.rounding_lines(order)
        known = {line.hub_external_id: line for line in ours if line.hub_external_id}
        # tips and duties have no id: there is one of each
        charges = backend.tip_product_id | backend.duties_product_id
        unnamed = {
            line.product_id.id: line for line in ours if not line.hub_external_id
        }
        for theirs in values["order_line"]:
            name = theirs["hub_external_id"]
            if name:
                yield known.pop(name, empty), theirs
            else:
                yield unnamed.pop(theirs["product_id"], empty), theirs
        for line in (*known.values(), *unnamed.values()):
            if line.hub_external_id or line.product_id in charges:
                if line.product_uom_qty:
                    yield line, None
            else:
                # added by hand: none of the store's business
                yield line, {}

    def _kind(self, line, theirs):
        if theirs == {}:
            return "own"
        if not theirs:
            return "removed"
        if not line:
            return "added"
        same = all(
            not float_compare(line[name], theirs[name], precision_digits=digits)
            for name, digits in NUMBERS.items()
        )
        return "same" if same and set(line.tax_ids.ids) == _taxes(theirs) else "changed"

    def _row(self, line, theirs):
        kind = self._kind(line, theirs)
        theirs = theirs or {}
        taxes = self.env["account.tax"].browse(_taxes(theirs))
        return {
            "kind": kind,
            "name": (line.name or theirs.get("name") or "").split("\n")[0],
            "sale_line_id": line.id,
            "ours_quantity": line.product_uom_qty,
            "theirs_quantity": theirs.get("product_uom_qty", 0.0),
            "ours_price": _discounted(line.price_unit, line.discount),
            "theirs_price": _discounted(
                theirs.get("price_unit", 0.0), theirs.get("discount", 0.0)
            ),
            "ours_taxes": ", ".join(line.tax_ids.mapped("name")),
            "theirs_taxes": ", ".join(taxes.mapped("name")),
        }


def _taxes(theirs):
    """Return the ids of ``[Command.set(ids)]``."""
    return {tax for command in theirs.get("tax_ids", ()) for tax in command[2]}


def _discounted(price, discount):
    return price * (1 - discount / 100)
