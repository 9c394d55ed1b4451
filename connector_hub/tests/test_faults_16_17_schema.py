# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.addons.connector_hub.documents import Order
from odoo.addons.connector_hub.exceptions import SchemaDrift

from . import samples
from .common import fake
from .schema_case import SchemaCase


class TestFault16AdditiveChange(SchemaCase):
    """The remote system sends a field that nobody knows."""

    def test_it_is_recorded_and_nothing_stops(self):
        self.learn()
        self.send(5, loyalty={"points": 7})
        self.send(6)
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done"] * 6)
        new = self.fields_of(self.order_flow).filtered("is_new")
        self.assertEqual(
            {(field.path, field.kind) for field in new},
            {("loyalty", "object"), ("loyalty.points", "number")},
        )
        self.assertTrue(all(new.mapped("first_seen")))
        self.assertFalse(self.exceptions(self.backend))

    def test_it_is_recorded_once(self):
        self.learn()
        for number in (5, 6, 7):
            self.send(number, loyalty=number)
            self.bring_in()
        self.assertEqual(len(self.found("loyalty")), 1)


class TestFault17Removed(SchemaCase):
    """A field that the work depends on is gone, or is something else now."""

    def assertPausedBy(self, field, code="vanished"):
        self.assertEqual(self.order_flow.state, "paused")
        exception = self.drift()
        self.assertEqual(
            (exception.category, exception.severity, exception.state),
            ("schema", "critical", "open"),
        )
        self.assertIn(field, exception.name)
        self.assertIn(field, self.order_flow.state_reason)
        self.assertTrue(exception.remedy)

    def drift(self):
        """Return the exception; those of single records are taken back."""
        opened = self.exceptions(self.backend)
        return opened.filtered(lambda e: e.state == "open" or e.category == "schema")

    def lose(self, numbers=range(5, 17), **changes):
        self.learn()
        for number in numbers:
            self.send(number, **changes)
        self.bring_in()

    def test_vanished_field_pauses_the_flow_and_burns_no_attempt(self):
        self.lose(placed_at=None)
        self.assertPausedBy("placed_at")
        waiting = self.messages(self.order_flow)[4:]
        self.assertEqual(set(waiting.mapped("state")), {"pending"})
        self.assertEqual(set(waiting.mapped("attempts")), {0})

    def test_retyped_field_pauses_the_flow_and_names_both_types(self):
        self.lose(lines={"first": samples.line()})
        self.assertPausedBy("lines")
        self.assertIn("no longer list but object", self.drift().name)

    def test_nested_field_is_named_in_full(self):
        line = samples.payload("order", samples.order())["lines"][0]
        self.lose(lines=[{key: line[key] for key in line if key != "sku"}])
        # the document has a default for it: no record fails
        self.assertEqual(self.order_flow.state, "running")
        del line["unit_price"]
        for number in range(20, 32):
            self.send(number, lines=[line])
        self.bring_in()
        self.assertPausedBy("lines.unit_price")

    def test_resumed_after_the_mapping_was_changed_everything_is_processed(self):
        self.lose(placed_at=None)

        def translate(payload, **options):
            return Order.model_validate({"placed_at": payload["version"], **payload})

        with patch.object(
            fake("mapper").FakeOrderMapper, "to_document", staticmethod(translate)
        ):
            self.order_flow.action_start()
            self.settle()
        self.assertEqual(self.states(self.order_flow), ["done"] * 16)
        self.assertEqual(
            set(self.exceptions(self.backend).mapped("state")), {"resolved"}
        )

    def test_resumed_too_early_it_pauses_again(self):
        self.lose(placed_at=None)
        self.order_flow.action_start()
        self.settle()
        self.assertPausedBy("placed_at")
        self.assertEqual(len(self.drift()), 1)

    def test_records_that_come_one_by_one_are_judged_together(self):
        self.learn()
        for number in (5, 6, 7):
            self.assertEqual(self.order_flow.state, "running")
            self.send(number, placed_at=None)
            self.bring_in()
        self.assertEqual(self.order_flow.state, "paused")
        states = self.states(self.order_flow)
        self.assertEqual(states, ["done"] * 4 + ["pending"] * 3)

    def test_field_the_mapper_only_likes_is_missed_when_it_says_so(self):
        flow = self.flow(self.backend, "customer")
        for number in range(1, 25):
            row = samples.payload("customer", samples.customer(number))
            if number > 12:
                del row["email"]
            self.remote.put("customer", row)
            if number == 12:
                self.poll(flow)
                self.drain(flow)
        self.poll(flow)
        self.drain(flow)
        self.assertEqual(flow.state, "paused")
        self.assertIn("email", flow.state_reason)
        self.assertEqual(self.states(flow).count("pending"), 12)

    def test_removed_cursor_field_pauses_the_flow_and_the_cursor_stays(self):
        self.learn()
        cursor = self.order_flow.cursor
        for number in (5, 6, 7):
            self.send(number)
        for row in self.remote.rows["order"].values():
            row["changed"] = row.pop("version")
        page = self.remote._page

        def renamed(request, rows):
            known = {gid: {**row, "version": "~"} for gid, row in rows.items()}
            answer = page(request, known)
            answer.set_data(answer.get_data(as_text=True).replace('"version"', '"v"'))
            return answer

        self.remote._page = renamed
        self.poll(self.order_flow)
        self.assertEqual(self.order_flow.cursor, cursor)
        self.assertEqual(len(self.messages(self.order_flow)), 4)
        self.assertPausedBy("version")

    def test_query_that_the_remote_no_longer_understands_pauses_the_flow(self):
        self.learn()
        refused = SchemaDrift(
            "sku does not exist.", remedy="Update it.", title="no sku"
        )

        def fetch(*_arguments):
            raise refused

        for number in range(1, 5):
            self.send(number)
            self.hint(f"O{number}")
        with patch.object(fake("adapter").FakeAdapter, "fetch", fetch):
            self.drain(self.order_flow)
        self.assertPausedBy("sku")
        hints = self.messages(self.order_flow)[4:]
        self.assertEqual(set(hints.mapped("state")), {"pending"})
        self.assertEqual(set(hints.mapped("attempts")), {0})
