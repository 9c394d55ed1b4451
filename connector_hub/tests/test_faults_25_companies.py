# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import inspect

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import HubCase
from .row_filler import RowFiller

#: shared by all companies, without content of any: limiters, how far was counted
SHARED = {"hub.limit", "hub.metric.mark"}
#: seals the entries of all companies, as the sweeper does: their content stays
COMMON = {"hub.audit.action_verify"}


class TestFault25Companies(HubCase):
    """Whoever belongs to another company sees nothing and acts on nothing.

    Walks every model of the hub and of the connectors that are installed: a new model
    without a rule fails here.
    """

    def setUp(self):
        super().setUp()
        self.ours = RowFiller(self.env, self.make_backend(name="Ours"))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        backend = self.make_backend(name="Theirs", company_id=company.id)
        self.theirs = RowFiller(self.env, backend)
        self.stranger = new_test_user(
            self.env,
            "stranger",
            groups="connector_hub.group_hub_manager,base.group_system",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def rows(self):
        for name in self.ours.models():
            if name not in SHARED:
                yield self.ours.row(name)

    def test_every_model_hides_its_rows(self):
        for row in self.rows():
            with self.subTest(model=row._name):
                self.env.invalidate_all()
                strange = row.with_user(self.stranger)
                self.assertFalse(strange.search([("id", "=", row.id)]))
                with self.assertRaises(AccessError):
                    strange.read(["id", "display_name"])

    def test_every_model_shows_ones_own_rows(self):
        # otherwise hiding everything would pass for hiding what is foreign
        for name in self.theirs.models():
            row = self.theirs.row(name).with_user(self.stranger)
            if row.has_access("read") or name in SHARED:
                continue
            with self.subTest(model=name):
                self.assertFalse(
                    self.env["ir.model.access"]
                    .with_user(self.stranger)
                    .check(name, "read", False),
                    "a rule hides what is one's own",
                )

    def test_no_action_touches_what_is_foreign(self):
        wrong = []
        for row in self.rows():
            for name in self.actions(row):
                wrong += self.touched(row, row, name)
        self.assertFalse(wrong)

    def test_no_bulk_action_touches_what_is_foreign(self):
        wrong = []
        for row in self.rows():
            mixed = row | self.theirs.row(row._name)
            for name in self.actions(row):
                wrong += self.touched(mixed, row, name)
        self.assertFalse(wrong)

    def touched(self, records, foreign, name):
        """Return the action's name when it changed the row of another company."""
        before = self.row_version(foreign)
        self.env.invalidate_all()
        try:
            with (
                mute_logger("odoo.addons", "odoo.sql_db", "odoo.models"),
                self.env.cr.savepoint(),
            ):
                getattr(records.with_user(self.stranger), name)()
                self.env.flush_all()
        except (AccessError, UserError, ValueError):
            # refused, or it takes one record at a time
            self.env.invalidate_all(flush=False)
        same = self.row_version(foreign) == before
        return [] if same else list({f"{foreign._name}.{name}"} - COMMON)

    def actions(self, record):
        """Return the actions that need no argument, as buttons call them."""
        for name in dir(type(record)):
            if name.startswith("action_") and not name.endswith("archive"):
                method = getattr(type(record), name)
                parameters = list(inspect.signature(method).parameters.values())[1:]
                if all(p.default is not p.empty for p in parameters):
                    yield name

    def test_rules_hold_for_everybody(self):
        """A rule of a group would let others see all."""
        for name in self.ours.models():
            if name in SHARED:
                continue
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", name), ("global", "=", True)]
            )
            with self.subTest(model=name):
                self.assertTrue(rules, "no global rule")
                self.assertIn("company_ids", "".join(rules.mapped("domain_force")))
