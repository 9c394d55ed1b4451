# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random

from . import samples
from .test_ownership import OwnershipCase

SEEDS = range(2)
STEPS = 12
FIELDS = ("phone", "email", "company_name")


class TestConvergence(OwnershipCase):
    """Changes at random on both sides, and news that travel when they like."""

    def setUp(self):
        super().setUp()
        self.out = self.listen(self.backend, "customer")

    def live(self, seed, policy):
        """Let both sides have a life; return what was changed where, per field."""
        chance = random.Random(seed)
        self.customers.conflict_policy = policy
        row = samples.payload("customer", samples.customer(seed, phone="0"))
        self.remote.put("customer", row)
        self.process()
        partner = self.bound(self.backend, "customer", row["external_id"])
        for step in range(STEPS):
            deed = chance.choice(("here", "here", "there", "there", "in", "out"))
            name = chance.choice(FIELDS)
            value = f"s{seed}n{step}@example.com"
            if deed == "here":
                partner[name] = value
            elif deed == "there":
                known = self.remote.rows["customer"][row["external_id"]]
                self.remote.put("customer", {**known, name: value})
            elif deed == "in":
                self.process()
            else:
                self.send()
        return partner, row["external_id"]

    def send(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.out, "_collect")
        self.drain(self.out)

    def settle_down(self):
        """Let everything arrive; return how many messages had an effect last."""
        for _round in range(4):
            self.process()
            self.send()
        before = len(self.remote.ledger)
        self.process()
        self.send()
        return len(self.remote.ledger) - before

    def both(self, partner, external_id):
        there = self.remote.rows["customer"][external_id]
        return (
            {name: partner[name] or "" for name in FIELDS},
            {name: there.get(name) or "" for name in FIELDS},
        )

    def check(self, policy):
        for seed in SEEDS:
            with self.subTest(seed=seed, policy=policy):
                partner, external_id = self.live(seed, policy)
                self.assertEqual(self.settle_down(), 0, "they go on telling each other")
                here, there = self.both(partner, external_id)
                self.assertEqual(here, there)
        self.assertFalse(self.exceptions(self.backend))

    def test_sides_agree_in_the_end_when_the_remote_wins(self):
        self.check("remote")

    def test_sides_agree_in_the_end_when_odoo_wins(self):
        self.check("odoo")

    def test_sides_agree_in_the_end_when_the_newest_wins(self):
        self.check("newest")

    def test_sides_agree_once_a_person_chose(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                partner, external_id = self.live(seed, "ask")
                for _round in range(STEPS):
                    self.settle_down()
                    opened = self.exceptions(self.backend).filtered("conflict_ids")
                    if not opened:
                        break
                    side = random.Random(seed).choice(("remote", "odoo"))
                    opened.conflict_ids._choose(side)
                    opened.action_apply_conflicts()
                    self.settle()
                here, there = self.both(partner, external_id)
                self.assertEqual(here, there)
