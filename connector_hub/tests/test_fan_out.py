# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .common import HubCase

#: rounds in which everything must have come to rest
ROUNDS = 4


class TestFanOut(HubCase):
    """Two systems that both send and receive customers: news of one reaches the other.

    And it ends there: nobody is told what they said, so calls do not go round.
    """

    def setUp(self):
        super().setUp()
        self.first, self.second = self.start_remote(), self.start_remote()
        self.backends = [
            self.open_backend("First", self.first),
            self.open_backend("Second", self.second),
        ]

    def open_backend(self, name, remote):
        backend = self.make_backend(remote, name=name)
        flows = backend.flow_ids
        wanted = flows.filtered(lambda flow: flow.document == "customer")
        (flows - wanted).write({"state": "stopped"})
        wanted.write({"system_of_record": "both"})
        self.listen(backend, "customer").export_scope = "all"
        return backend

    def go_round(self):
        """Let both be asked and told, until long after nothing is left to do."""
        for _round in range(ROUNDS):
            for backend in self.backends:
                flows = backend.flow_ids.filtered(lambda f: f.state == "running")
                self.poll(flows.filtered(lambda f: f.direction == "in"))
            self.settle()
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env["hub.flow"]._cron_sweep()
            self.settle()

    def effects(self):
        return [
            [effect.action for effect in remote.ledger]
            for remote in (self.first, self.second)
        ]

    def partner(self, email):
        return self.env["res.partner"].search([("email", "=", email)])

    def test_customer_of_one_system_gets_to_the_other_once(self):
        self.first.put("customer", samples.payload("customer", samples.customer(1)))
        self.go_round()
        self.assertEqual(self.effects(), [[], ["create"]])
        (row,) = self.second.rows["customer"].values()
        self.assertEqual(row["email"], "buyer1@example.com")
        self.assertEqual(len(self.partner("buyer1@example.com")), 1)
        for backend in self.backends:
            states = self.env["hub.message"].search([("backend_id", "=", backend.id)])
            self.assertLessEqual(
                set(states.mapped("state")), {"done", "unchanged", "superseded"}
            )

    def test_change_of_each_side_goes_to_the_other_and_no_further(self):
        self.first.put("customer", samples.payload("customer", samples.customer(1)))
        self.go_round()
        for remote, other, phone in (
            (self.second, self.first, "+49 30 1"),
            (self.first, self.second, "+49 30 2"),
        ):
            (row,) = remote.rows["customer"].values()
            before = len(remote.ledger), len(other.ledger)
            remote.put("customer", {**row, "phone": phone})
            self.go_round()
            after = len(remote.ledger), len(other.ledger)
            self.assertEqual(after, (before[0], before[1] + 1))
            (row,) = other.rows["customer"].values()
            self.assertEqual(row["phone"], phone)

    def test_calls_come_to_rest(self):
        for number in range(1, 6):
            row = samples.payload("customer", samples.customer(number))
            self.first.put("customer", row)
        self.go_round()
        writes = [self.writes(remote) for remote in (self.first, self.second)]
        self.go_round()
        self.assertEqual(
            [self.writes(remote) for remote in (self.first, self.second)], writes
        )

    def writes(self, remote):
        actions = ("create", "update", "archive", "delete")
        return {
            path: count
            for path, count in remote.calls.items()
            if path.endswith(actions)
        }
