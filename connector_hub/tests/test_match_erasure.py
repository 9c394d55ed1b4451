# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .match_case import MatchCase

TABLES = ("hub_match", "hub_match_candidate", "hub_checkpoint")


class TestMatchErasure(MatchCase):
    def rows_with(self, word):
        """Return the tables of matching and review in which a word still stands."""
        self.env.flush_all()
        found = []
        for table in TABLES:
            self.env.cr.execute(
                f"SELECT 1 FROM {table} t WHERE t::text ILIKE %s", [f"%{word}%"]
            )
            found += [table] * bool(self.env.cr.fetchall())
        return found

    def test_erased_person_stands_in_no_match_and_no_review(self):
        self.env["hub.checkpoint.rule"].create(
            {"flow_id": self.customer_flow.id, "change": "any"}
        )
        self.partner(name="Carla", email="carla@example.com")
        self.partner(name="Carla", email="carla@example.com")
        self.customer(1, name="Carla", email="carla@example.com")
        self.match(self.customer_flow)
        self.bring_in(self.customer_flow)
        self.assertEqual(self.rows_with("carla"), list(TABLES))
        self.backend.erase_personal_data("customer", ["C1"])
        twin = self.env["res.partner"].search([("email", "=", "carla@example.com")])
        self.assertEqual(len(twin), 2, "the other contact is not hers to erase")
        self.assertNotIn("hub_match", self.rows_with("carla@example.com"))
        self.assertEqual(self.rows_with("carla@example.com"), [])

    def test_decision_survives_the_erasure(self):
        self.customer(1)
        self.match(self.customer_flow)
        self.line(self.customer_flow, "C1").action_ignore()
        self.backend.erase_personal_data("customer", ["C1"])
        line = self.line(self.customer_flow, "C1")
        self.assertEqual((line.state, line.label, line.keys), ("ignored", False, False))
