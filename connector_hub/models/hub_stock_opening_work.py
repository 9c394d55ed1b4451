# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero

from ..documents import flat
from ..exceptions import HubError

#: lines adjusted per transaction
CHUNK = 500


class HubStockOpening(models.Model):
    """The jobs of an opening stock: read the levels, adjust the inventory."""

    _inherit = "hub.stock.opening"

    # === READING ===#

    def _read(self):
        """Job: read every level, and what Odoo has at the same place."""
        self.ensure_one()
        adapter = self.backend_id.adapter()
        adapter.prepare()
        # a large store takes minutes: no transaction stays open meanwhile
        self.env["hub.flow"]._commit()
        try:
            documents = [row for page in adapter.iter_levels() for row in page]
        except HubError as error:
            self.write({"state": "draft", "problem": error.text})
            return error.message
        self.line_ids.unlink()
        values = self._line_values(documents)
        for start in range(0, len(values), CHUNK):
            self.env["hub.stock.opening.line"].create(values[start : start + CHUNK])
        self._note_read(documents)
        self.write({"state": "review", "read_at": fields.Datetime.now()})
        return f"{len(values)} levels"

    def _note_read(self, documents):
        """Remember what is there: what is sent later is compared with it.

        Only of mapped locations: of others nothing is ever said.
        """
        inside = tuple(f"levels[{key}]." for key in self._places())
        states = {
            document.external_id: {
                path: value
                for path, value in flat(document, only_set=True).items()
                if path.startswith(inside) and not path.endswith(".on_hand")
            }
            for document in documents
        }
        known = {key: state for key, state in states.items() if state}
        self.env["hub.snapshot"].store_many(self.backend_id, "stock", known)

    def _line_values(self, documents):
        """Return the values of lines, in one query per kind of record."""
        binder = self.backend_id.binder("variant")
        products = binder.to_internal_many(row.external_id for row in documents)
        places = self._places()
        rows = [
            self._values_of(document, level, products, places)
            for document in documents
            for level in document.levels
        ]
        self._compare(rows)
        return rows

    def _places(self):
        """Return {remote location: location whose quants are adjusted}."""
        mappings = self.env["hub.mapping"].sudo()
        warehouses = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)]
        )
        stock_of = {house.view_location_id: house.lot_stock_id for house in warehouses}
        return {
            key: (location, stock_of.get(location, location))
            for key, location in mappings.lookup(self.backend_id, "location").items()
            if location
        }

    def _values_of(self, document, level, products, places):
        product = products.get(document.external_id)
        mapped, place = places.get(level.location_id, (None, None))
        counted = level.available if self.quantity == "available" else level.on_hand
        values = {
            "opening_id": self.id,
            "external_id": document.external_id,
            "sku": document.sku,
            "remote_location": level.location_id,
            "product_id": product.id if product else False,
            "location_id": place.id if place else False,
            "counted": float(counted or 0),
            "current": 0.0,
            "difference": 0.0,
        }
        values["problem"] = self._problem_of(values, document, product, place)
        values["within"] = mapped.id if mapped else False
        return values

    def _problem_of(self, values, document, product, place):
        if not product:
            return "unlinked"
        if not place or place.usage not in ("internal", "transit"):
            return "unmapped"
        if not document.tracked or not product.is_storable:
            return "untracked"
        if product.tracking != "none":
            return "lots"
        return "negative" if values["counted"] < 0 else False

    def _compare(self, rows):
        """Note what Odoo has at the places of good rows, and leave out doubles."""
        seen = set()
        good = [row for row in rows if not row["problem"]]
        found = self._on_hand(
            {row["product_id"] for row in good}, {row["within"] for row in good}
        )
        for row in rows:
            place = row.pop("within")
            key = (row["product_id"], place)
            if row["problem"]:
                continue
            if key in seen:
                row["problem"] = "double"
                continue
            seen.add(key)
            row["current"] = found.get(key, 0.0)
            row["difference"] = row["counted"] - row["current"]

    def _on_hand(self, product_ids, location_ids):
        """Return {(product id, location id): on hand there and below}."""
        found = {}
        quants = self.env["stock.quant"].sudo()
        for location_id in location_ids:
            for product, quantity in quants._read_group(
                [
                    ("product_id", "in", list(product_ids)),
                    ("location_id", "child_of", location_id),
                    ("location_id.usage", "in", ("internal", "transit")),
                ],
                ["product_id"],
                ["quantity:sum"],
            ):
                found[product.id, location_id] = quantity
        return found

    # === APPLYING ===#

    def _apply(self):
        """Job: adjust the inventory, some hundred lines per transaction."""
        self.ensure_one()
        total = 0
        lines = self.env["hub.stock.opening.line"]
        ours = [("opening_id", "=", self.id), *lines._open_domain()]
        while todo := lines.search(ours, limit=CHUNK):
            self._adjust_some(todo)
            total += len(todo)
            self.env.flush_all()
            self.env["hub.flow"]._commit()
            self.env.invalidate_all()
        self.state = "done"
        return f"{total} levels"

    def _adjust_some(self, lines):
        """Adjust together; if that fails one by one, so that one stops no other."""
        try:
            with self.env.cr.savepoint():
                self._adjust(lines)
                self.env.flush_all()
        except UserError as error:
            self.env.invalidate_all(flush=False)
            if len(lines) == 1:
                lines.write({"problem": "refused", "note": str(error)})
                return
            for line in lines:
                self._adjust_some(line)

    def _adjust(self, lines):
        """Set quantities by Odoo's own inventory adjustment: moves, valuation, all."""
        quants = self.env["stock.quant"].with_company(self.company_id)
        quants = quants.with_context(
            inventory_mode=True,
            inventory_name=self.env._("Opening stock of %s", self.backend_id.name),
        )
        values = []
        for line, missing in self._missing(lines):
            own = quants._gather(line.product_id, line.location_id, strict=True)
            values.append(
                {
                    "product_id": line.product_id.id,
                    "location_id": line.location_id.id,
                    "inventory_quantity": sum(own.mapped("quantity")) + missing,
                }
            )
        if values:
            quants.create(values)._apply_inventory()
        lines.write({"is_applied": True})

    def _missing(self, lines):
        """Yield (line, what is missing in Odoo now), where anything is.

        Compared once more, so that nothing is added twice.
        """
        mapped = {place: location for location, place in self._places().values()}
        within = {
            line: mapped.get(line.location_id, line.location_id) for line in lines
        }
        found = self._on_hand(
            set(lines.product_id.ids), {location.id for location in within.values()}
        )
        for line in lines:
            now = found.get((line.product_id.id, within[line].id), 0.0)
            rounding = line.product_id.uom_id.rounding
            missing = line.counted - now
            if not float_is_zero(missing, precision_rounding=rounding):
                yield line, missing
