# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import zlib

from odoo.tools import SQL

from odoo.addons.connector_hub.models.hub_eraser_sweep import (
    DONE_OTHERWISE,
    NAMES,
    SETTINGS,
)

from .erasure_case import EMAIL, NAME, ErasureCase
from .row_filler import RowFiller


class TestErasureEverywhere(ErasureCase):
    """No table is forgotten."""

    def test_every_table_of_the_hub_is_searched(self):
        """Also those of addons that came later: a row in each of them names her."""
        self.bring_in_person()
        filler = RowFiller(self.env, self.backend)
        filler.known["hub.message"] = self.message("O1").id
        bindings = set(self.backend._binding_models().values())
        for name in set(filler.models()) - SETTINGS - DONE_OTHERWISE - bindings:
            self.name_her(filler.row(name))
        before = self.places(NAME, EMAIL)
        self.assertGreater(len(before), 20)
        self.erase()
        self.assertEqual(self.places(NAME, EMAIL), [])

    def name_her(self, row):
        """Write her name into every text of a row that is free to say anything."""
        self.env.flush_all()
        for name, one in row._fields.items():
            if not (one.store and one.column_type) or name in NAMES:
                continue
            text = f"{NAME} <{EMAIL}>"
            if one.type == "binary":
                text = zlib.compress(json.dumps({"name": NAME}).encode())
            elif one.type == "json":
                text = json.dumps({"email": EMAIL})
            elif one.type not in ("char", "text", "html") or one.translate:
                continue
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(row._table),
                    SQL.identifier(name),
                    text,
                    row.id,
                )
            )
        self.env.invalidate_all(flush=False)
