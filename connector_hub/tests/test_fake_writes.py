# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import subprocess
import sys
import time

from odoo.addons.connector_hub.components.push import Push
from odoo.addons.connector_hub.exceptions import NotFound, Rejected, Unavailable

from .common import HubCase

#: longer than the adapter waits for an answer
TOO_LONG = 1.3


class TestFakeWrites(HubCase):
    """The imaginary system is as strict as a real one: what tests build on."""

    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.backend = self.make_backend(self.remote)
        self.adapter = self.backend.adapter()

    def push(self, *pushes, document="stock", action="update"):
        return self.adapter.push(document, action, pushes)

    def level(self, number=1, available="5", key="", **values):
        return Push(
            record=f"product.product,{number}",
            action="update",
            key=key or f"k{number}",
            payload={"levels": [{"location_id": "A", "available": available}]},
            remote_id=f"V{number}",
            **values,
        )

    def customer(self, key="k1", **payload):
        return Push("res.partner,1", "create", key, {"name": "Anna", **payload})

    def eventually(self, found):
        deadline = time.monotonic() + 5
        while not found():
            self.assertLess(time.monotonic(), deadline, "it never happened")
            time.sleep(0.02)

    # === EFFECTS ===#

    def test_many_records_are_one_call_and_each_is_answered(self):
        results = self.push(*[self.level(number) for number in range(250)])
        self.assertEqual(len(results), 250)
        self.assertFalse([r for r in results.values() if r.error])
        self.assertEqual(self.remote.calls["/stock/update"], 1)
        self.assertEqual(len(self.remote.effects("stock", "update")), 250)

    def test_more_than_allowed_are_refused_together(self):
        with self.assertRaises(Rejected):
            self.push(*[self.level(number) for number in range(251)])
        self.assertFalse(self.remote.ledger)

    def test_same_key_has_one_effect_and_the_same_answer(self):
        first = self.push(self.customer(), document="customer", action="create")
        second = self.push(self.customer(), document="customer", action="create")
        self.assertEqual(first, second)
        self.assertEqual(len(self.remote.ledger), 1)

    def test_without_keys_the_same_call_has_two_effects(self):
        self.remote.keys = False
        for _again in range(2):
            self.push(self.customer(), document="customer", action="create")
        self.assertEqual(len(self.remote.rows["customer"]), 2)
        self.assertEqual(self.remote.repeated(), ["k1"])

    def test_key_that_stood_for_something_else_is_refused(self):
        self.push(self.level(available="5"))
        result = self.push(self.level(available="6"))["product.product,1"]
        self.assertEqual(result.error.code, "key_reused")

    def test_upsert_by_the_callers_record_makes_no_second_one(self):
        self.remote.keys, self.remote.upsert = False, True
        for key in ("k1", "k2"):
            self.push(self.customer(key), document="customer", action="create")
        self.assertEqual(len(self.remote.rows["customer"]), 1)
        self.assertEqual([e.action for e in self.remote.ledger], ["create", "update"])

    def test_levels_that_are_not_named_stay(self):
        self.push(self.level())
        other = {"levels": [{"location_id": "B", "available": "9"}]}
        push = Push("product.product,1", "update", "k2", other, "V1")
        self.push(push)
        levels = self.remote.rows["stock"]["V1"]["levels"]
        found = {level["location_id"]: level["available"] for level in levels}
        self.assertEqual(found, {"A": "5", "B": "9"})

    def test_new_products_get_ids_for_their_variants_too(self):
        payload = {"title": "Cap", "variants": [{"external_id": "", "sku": "CAP"}]}
        push = Push("product.template,1", "create", "k1", payload)
        result = self.push(push, document="product", action="create")[push.record]
        variant = self.remote.rows["product"][result.remote_id]["variants"][0]
        self.assertTrue(variant["external_id"])
        path = f"variants[{variant['external_id']}].sku"
        self.assertEqual(result.state[path], "CAP")

    # === REFUSALS ===#

    def test_one_refused_record_does_not_hold_back_the_others(self):
        self.remote.reject("product.product,2", "locked", "It is locked.", "levels")
        results = self.push(self.level(1), self.level(2))
        self.assertFalse(results["product.product,1"].error)
        error = results["product.product,2"].error
        self.assertIsInstance(error, Rejected)
        self.assertEqual((error.code, error.field), ("locked", "levels"))
        self.remote.accept("product.product,2")
        self.assertFalse(self.push(self.level(2))["product.product,2"].error)

    def test_unknown_fields_and_records_are_refused(self):
        result = self.push(
            self.customer(nonsense=1), document="customer", action="create"
        )
        self.assertEqual(result["res.partner,1"].error.code, "invalid")
        gone = Push("res.partner,1", "update", "k2", {"name": "x"}, "C404")
        result = self.push(gone, document="customer")
        self.assertIsInstance(result["res.partner,1"].error, NotFound)
        self.assertFalse(self.remote.ledger)

    # === BROKEN CONNECTIONS ===#

    def lost(self, when, **options):
        self.remote.lose(when, **options)
        with self.assertRaises(Unavailable) as caught:
            self.push(self.level())
        self.assertTrue(caught.exception.sent)

    def test_answer_lost_after_the_effect(self):
        self.lost("after")
        self.assertEqual(len(self.remote.ledger), 1)

    def test_connection_lost_before_the_effect(self):
        self.lost("before")
        self.assertFalse(self.remote.ledger)

    def test_effect_that_follows_when_nobody_listens_any_more(self):
        self.lost("late", seconds=0.2)
        self.assertFalse(self.remote.ledger)
        self.eventually(lambda: self.remote.ledger)

    def test_answer_that_comes_too_late(self):
        self.lost("hang", seconds=TOO_LONG)
        self.assertEqual(len(self.remote.ledger), 1)

    # === LOOKING UP ===#

    def probe(self, push, document="stock", action="update"):
        return self.adapter.probe(document, action, [push])[push.record]

    def test_probe_tells_whether_an_update_has_happened(self):
        push = self.level()
        self.assertFalse(self.probe(push).happened)
        self.push(push)
        self.assertTrue(self.probe(push).happened)
        self.assertFalse(self.probe(self.level(available="6")).happened)

    def test_probe_finds_a_new_record_by_the_callers_id(self):
        push = self.customer()
        found = self.probe(push, "customer", "create")
        self.assertEqual((found.happened, found.remote_id), (False, ""))
        result = self.push(push, document="customer", action="create")[push.record]
        found = self.probe(push, "customer", "create")
        self.assertEqual((found.happened, found.remote_id), (True, result.remote_id))

    def test_probe_of_archiving_and_deleting(self):
        self.remote.put("customer", {"external_id": "C1", "name": "Anna"})
        for action in ("archive", "delete"):
            push = Push("res.partner,1", action, action, {}, "C1")
            self.assertFalse(self.probe(push, "customer", action).happened)
            self.push(push, document="customer", action=action)
            self.assertTrue(self.probe(push, "customer", action).happened)

    def test_delayed_reads_show_the_past_for_a_while(self):
        self.push(self.level(available="1", key="k0"))
        self.remote.read_delay = 0.2
        push = self.level(available="2")
        self.push(push)
        self.assertFalse(self.probe(push).happened)
        self.eventually(lambda: self.probe(push).happened)

    # === A PROCESS OF ITS OWN ===#

    def test_it_can_live_in_another_process(self):
        from odoo.addons.connector_fake import remote_control

        command = [sys.executable, remote_control.__file__]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
            self.addCleanup(process.kill)
            told = json.loads(process.stdout.readline())
            far = remote_control.FarRemote(told["url"])
            self.backend.write(
                {"api_url": told["url"], "fake_password": told["password"]}
            )
            self.push(self.level())
            far.call("lose", "after")
            with self.assertRaises(Unavailable):
                self.push(self.level(2))
            found = [effect["key"] for effect in far.told()["ledger"]]
            self.assertEqual(found, ["k1", "k2"])
            far.call("forget_effects")
            self.assertFalse(far.told()["ledger"])
            process.stdin.close()
            self.assertEqual(process.wait(10), 0)

    # === DECLARATIONS ===#

    def test_declared_safety_is_a_switch_of_the_backend(self):
        found = self.adapter.operations("stock")
        self.assertEqual(
            (found["update"].safety.value, found["update"].batch_size), ("keyed", 250)
        )
        self.assertNotIn("create", found)
        self.backend.fake_operations = {
            "*": {"safety": "probed", "visible_after": 2},
            "customer.create": {"safety": "manual", "batch_size": 10},
            "customer.delete": {"offered": False},
        }
        found = self.adapter.operations("customer")
        self.assertEqual(found["update"].safety.value, "probed")
        self.assertEqual(found["update"].visible_after, 2)
        self.assertEqual(found["create"].safety.value, "manual")
        self.assertNotIn("delete", found)
