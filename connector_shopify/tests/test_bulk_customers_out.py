# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace
from unittest.mock import patch

from ..components import bulk_write, product_bulk
from .customer_case import CustomerCase

COUNT = 7


class TestBulkCustomersOut(CustomerCase):
    """The first load of customers goes out by an operation of the store."""

    def setUp(self):
        super().setUp()
        self.out.lane_count = 1
        for module, name, value in (
            (bulk_write, "LOOK_SECONDS", 0.0),
            (product_bulk, "MANY_FROM", 5),
            (product_bulk, "BULK", replace(product_bulk.BULK, visible_after=0.001)),
        ):
            held = patch.object(module, name, value)
            held.start()
            self.addCleanup(held.stop)
        self.before = len(self.gids)

    def make_many(self, count=COUNT):
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Anna Nr{number}",
                    "email": f"anna{number}@new.example.com",
                    "customer_rank": 1,
                    "street": f"Langer Weg {number}",
                    "zip": "10115",
                    "city": "Berlin",
                    "country_id": self.env.ref("base.de").id,
                }
                for number in range(count)
            ]
        )

    def outcomes(self):
        self.env.invalidate_all()
        return sorted(self.messages(self.out).mapped("state"))

    def again(self):
        messages = self.messages(self.out)
        self.let_time_pass(messages.filtered(lambda m: m.state != "done"))
        self.drain(self.out)

    def assertThere(self, partners):
        for partner in partners:
            row = self.there(self.gid_of(partner))
            self.assertEqual(row["displayName"], partner.name)
            email = row["defaultEmailAddress"]["emailAddress"]
            self.assertEqual(email, partner.email)
            self.assertEqual(row["defaultAddress"]["address1"], partner.street)
        self.assertEqual(len(self.gids), self.before + len(partners))

    def test_first_load_is_one_operation(self):
        partners = self.make_many()
        calls = self.send()
        self.assertEqual(
            (calls["BulkMutation"], calls.get("CustomerCreate")), (1, None)
        )
        self.assertEqual(self.outcomes(), ["done"] * COUNT)
        self.assertThere(partners)
        self.env["hub.dirty"].mark_flow(self.out, partners._name, partners.ids)
        self.assertEqual(self.send(), {})

    def test_further_addresses_follow(self):
        partners = self.make_many()
        delivery = self.make_partner(
            name="Shed",
            email=False,
            type="delivery",
            parent_id=partners[0].id,
            street="Hof 9",
            city="Berlin",
            zip="10117",
            country_id=self.env.ref("base.de").id,
            customer_rank=0,
        )
        self.send()
        self.send()
        row = self.there(self.gid_of(partners[0]))
        streets = {address["address1"] for address in row["addressesV2"]}
        self.assertEqual(streets, {"Langer Weg 0", delivery.street})

    def test_customer_whose_email_is_there_is_linked(self):
        gid = self.gids[0]
        partners = self.make_many()
        partners[0].email = self.email_of(gid)
        self.send()
        self.assertEqual(self.outcomes(), ["done"] * COUNT)
        self.assertEqual(self.gid_of(partners[0]), gid)
        self.assertEqual(len(self.gids), self.before + COUNT - 1)

    def test_start_that_was_not_heard_of_is_found_again(self):
        partners = self.make_many()
        self.shop.faults.add("close", when="after", operation="BulkMutation")
        self.send()
        self.assertEqual(self.outcomes(), ["in_doubt"] * COUNT)
        for operation in list(self.shop.bulk.operations):
            self.shop.bulk.look(operation)
            self.shop.bulk.look(operation)
        self.again()
        self.assertEqual(self.outcomes(), ["done"] * COUNT)
        self.assertThere(partners)
        self.assertEqual(len(self.shop.bulk.operations), 1)

    def test_what_a_failed_operation_left_out_is_looked_up_and_sent_again(self):
        partners = self.make_many()
        self.shop.bulk.outcome = "PARTIAL"
        self.send()
        self.assertEqual(self.outcomes().count("done"), COUNT // 2)
        self.shop.bulk.outcome = "COMPLETED"
        for _time in range(3):
            self.again()
        self.assertEqual(self.outcomes(), ["done"] * COUNT)
        self.assertThere(partners)
