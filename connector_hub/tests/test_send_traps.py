# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ways in which a message could be sent twice, dropped or stuck."""

import contextlib
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.connector_hub.components.push import Operation, Safety
from odoo.addons.connector_hub.documents import Product, Variant, left_out
from odoo.addons.connector_hub.exceptions import NotFound, Rejected, Unavailable

from .send_case import MOMENT, Exporter, Ledger, SendCase, lost


class TestSendTraps(SendCase):
    def in_doubt(self, safety=Safety.MANUAL, name="Cap"):
        """Send one record whose answer is lost though it arrived."""
        ledger = Ledger(safety)
        ledger.after = lost
        self.connect(ledger)
        product = self.products(name)
        self.mark(product)
        self.send()
        ledger.after = lambda pushes: None
        return product

    def failing_prepare(self, adapter):
        raise Unavailable("The token cannot be renewed.", code="http_503")

    def test_doubt_survives_a_failing_preparation(self):
        for safety in (Safety.MANUAL, Safety.PROBED, Safety.KEYED):
            self.messages(self.out).unlink()
            self.env["hub.fake.product"].search([]).unlink()
            self.in_doubt(safety)
            self.let_time_pass(self.messages(self.out))
            adapter = type(self.backend.adapter())
            with patch.object(adapter, "prepare", lambda a: self.failing_prepare(a)):
                self.perform(self.out, "_drain", 0)
            self.assertEqual(self.outcomes(), ["in_doubt"])
            self.assertTrue(self.messages(self.out).idempotency_key)
            self.let_time_pass(self.messages(self.out))
            self.send()
            self.assertEqual(len(self.ledger.effects), 1, safety)

    def test_older_failure_does_not_overtake_a_later_doubt(self):
        cap = self.products("Cap")
        self.ledger.refused = {f"product.template,{cap.id}"}
        self.mark(cap)
        self.send()
        failed = self.messages(self.out)
        self.ledger.refused = set()
        self.ledger.after = lost
        self.mark(cap)
        self.send()
        failed.action_retry()
        self.send()
        self.assertEqual(failed.state, "pending")
        self.assertEqual(len(self.ledger.effects), 1)

    def test_message_in_doubt_cannot_be_skipped(self):
        self.in_doubt()
        with self.assertRaisesRegex(UserError, "arrived"):
            self.messages(self.out).action_skip()

    def test_record_deleted_while_it_is_created_is_deleted_there(self):
        caps = self.products("Cap", "Hat")
        self.ledger.after = lambda pushes: caps[1].unlink()
        self.mark(caps)
        self.send()
        self.ledger.after = lambda pushes: None
        self.assertEqual(self.bound(self.backend, "product", "R1"), caps[0])
        self.send()
        self.assertEqual(
            [(e[0], e[1]) for e in self.ledger.effects][-1],
            ("delete", f"product.template,{caps[1].id}:R2"),
        )

    def test_record_archived_while_it_is_created_is_archived_there(self):
        cap = self.products("Cap")

        def archive(pushes):
            cap.active = False
            self.env.flush_all()

        self.ledger.after = archive
        self.mark(cap)
        self.send()
        self.ledger.after = lambda pushes: None
        self.send()
        actions = [effect[0] for effect in self.ledger.effects]
        self.assertEqual(actions, ["create", "archive"])

    def test_deletion_that_was_refused_is_no_deletion(self):
        cap = self.products("Cap")
        data = {str(self.backend.id): ["R9"]}
        row = (self.out.id, "product.template", cap.id, "delete", data)
        self.env["hub.dirty"]._append([row])
        self.send()
        self.assertNotIn("delete", [effect[0] for effect in self.ledger.effects])

    def test_deletion_of_what_is_not_there_is_done(self):
        def unknown(pushes):
            raise NotFound("There is no such record.", code="not_found")

        self.ledger.before = unknown
        data = {str(self.backend.id): ["R9"]}
        row = (self.out.id, "product.template", 4711, "delete", data)
        self.env["hub.dirty"]._append([row])
        self.send()
        self.assertEqual(self.outcomes(), ["done"])

    def test_merged_record_is_sent_once(self):
        caps = self.products("Cap", "Hat")
        self.mark(caps)
        self.perform(self.out, "_collect")
        merged = self.messages(self.out, res_id=caps[1].id)
        merged.res_id = caps[0].id
        self.env.flush_all()
        self.perform(self.out, "_drain", 0)
        self.assertEqual(merged.state, "superseded")
        self.assertEqual(len(self.ledger.effects), 1)

    def test_what_the_remote_told_later_is_not_forgotten(self):
        cap = self.in_doubt(Safety.KEYED)
        snapshots = self.env["hub.snapshot"]
        key = f"product.template,{cap.id}"
        snapshots.store_many(self.backend, "product", {"R1": {"title": "Theirs"}})
        self.let_time_pass(self.messages(self.out))
        self.send()
        known = snapshots.read_many(self.backend, "product", ["R1", key])
        self.assertEqual(known["R1"]["title"], "Theirs")

    def test_deaf_remote_is_left_to_a_person_in_the_end(self):
        self.out.max_attempts = 3
        self.ledger.before = lost
        self.mark(self.products("Cap"))
        for _time in range(5):
            self.send()
            self.let_time_pass(self.messages(self.out))
        self.assertEqual(self.exceptions(self.backend).category, "in_doubt")

    def test_refused_call_leaves_no_doubt_about_what_was_not_sent(self):
        sent = []

        def refuse(pushes):
            sent.append([push.key for push in pushes])
            if len(pushes) > 1:
                raise Rejected("One of them.", code="no")
            if len(sent) == 2:
                raise KeyboardInterrupt

        self.ledger.before = refuse
        self.mark(self.products("Cap", "Hat", "Scarf"))
        self.perform(self.out, "_collect")
        with contextlib.suppress(KeyboardInterrupt):
            self.perform(self.out, "_drain", 0)
        keys = self.messages(self.out).mapped("idempotency_key")
        self.assertEqual(sorted(map(bool, keys)), [False, False, True])

    def test_answer_with_a_record_that_is_linked_elsewhere_is_a_problem(self):
        hat, cap = self.products("Hat", "Cap")
        self.backend.binder("product").bind_many(
            [{"external_id": "R1", "odoo_id": hat.id}]
        )
        self.mark(cap)
        self.send()
        self.assertEqual(self.outcomes(), ["failed"])
        self.assertIn("Hat", self.exceptions(self.backend).explanation)

    def test_nul_in_an_answer_is_stored_without_it(self):
        def refuse(pushes):
            raise Rejected("No\0pe.", code="x\0y", title="T\0")

        self.ledger.before = refuse
        self.mark(self.products("Cap"))
        self.send()
        self.assertEqual(self.messages(self.out).error_message, "Nope.")

    @mute_logger("odoo.addons.connector_hub.models.hub_flow_collect")
    def test_mark_that_cannot_be_read_stops_no_other(self):
        caps = self.products("Cap", "Hat")

        def relevant(exporter, flow, ids):
            if caps[0].id in ids:
                raise ZeroDivisionError
            return set(ids)

        self.use(Exporter, "relevant", relevant)
        self.mark(caps)
        self.send()
        self.assertEqual(sorted(self.outcomes()), ["done", "failed"])
        self.assertFalse(self.env["hub.dirty"].search([]))

    def test_flow_without_exporter_is_in_nobodys_way(self):
        self.env.cr.execute(
            "UPDATE hub_flow SET document = 'order' WHERE id = %s", [self.out.id]
        )
        self.out.invalidate_recordset()
        self.env.registry.clear_all_caches()
        self.assertNotIn(
            self.out.id, [row[0] for row in self.env["hub.flow"]._listeners("x")]
        )

    def test_look_up_that_does_not_wait_is_no_operation(self):
        with self.assertRaisesRegex(ValueError, "probe"):
            Operation("set", Safety.PROBED)

    def test_variant_that_went_is_news(self):
        known = {"title": "Cap", "variants[V1].sku": "1", "variants[V2].sku": "2"}
        said = Product(
            external_id="P",
            version=MOMENT,
            title="Cap",
            variants=(Variant(external_id="V1", sku="1"),),
        )
        self.assertEqual(left_out(said, known), {"variants[V2].sku"})
        silent = Product(external_id="P", version=MOMENT, title="Cap")
        self.assertEqual(left_out(silent, known), set())
