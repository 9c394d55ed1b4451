# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError

from .common import HubCase


class TestMapping(HubCase):
    """What remote values stand for: chosen by people, or proposed to them."""

    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.mappings = self.env["hub.mapping"]
        self.journal = self.env["account.journal"].create(
            {"name": "Gateway", "type": "bank", "code": "GTWY"}
        )

    def propose(self, **values):
        return self.mappings.propose(
            self.backend, [{"kind": "gateway", "remote_value": "paypal", **values}]
        )

    def lookup(self, kind="gateway"):
        return self.mappings.lookup(self.backend, kind)

    def test_gateway_stands_for_a_journal_and_carrier_for_a_name(self):
        self.propose(journal_id=self.journal.id)
        self.propose(kind="carrier", remote_value="UPS", carrier_name="UPS Standard")
        self.assertEqual(self.lookup(), {"paypal": self.journal})
        self.assertEqual(self.lookup("carrier"), {"UPS": "UPS Standard"})

    def test_undecided_value_is_as_good_as_unknown(self):
        self.propose()
        self.assertEqual(self.lookup(), {})

    def test_ignored_value_stands_for_nothing(self):
        self.propose().ignored = True
        self.assertEqual(self.lookup(), {"paypal": None})

    def test_later_find_fills_what_was_undecided(self):
        mapping = self.propose()
        self.assertEqual(self.propose(journal_id=self.journal.id), mapping)
        self.assertEqual(self.lookup(), {"paypal": self.journal})
        self.assertTrue(mapping.automatic)

    def test_choice_of_a_person_is_not_proposed_over(self):
        mapping = self.propose()
        mapping.journal_id = self.journal
        other = self.journal.copy({"name": "Other", "code": "OTHR"})
        self.assertFalse(self.propose(journal_id=other.id))
        self.assertEqual(self.lookup(), {"paypal": self.journal})
        self.assertFalse(mapping.automatic)

    def test_nothing_can_be_confirmed_before_it_is_chosen(self):
        mapping = self.propose()
        with self.assertRaises(ValidationError):
            mapping.action_confirm()
        mapping.journal_id = self.journal
        mapping.action_confirm()

    def test_person_has_to_choose_at_once(self):
        values = {"backend_id": self.backend.id, "kind": "carrier"}
        with self.assertRaises(ValidationError):
            self.mappings.create({**values, "remote_value": "DHL"})
