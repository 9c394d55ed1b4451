# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .customer_case import BOOK, WRITES, CustomerCase


class TestCustomersTwoWay(CustomerCase):
    """Customers of the shop in Odoo, changed on both sides."""

    def assertNothingTold(self):
        calls = self.send()
        self.assertFalse([name for name in (*WRITES, *BOOK) if name in calls], calls)

    # === IN ===#

    def test_customers_come_in_and_nothing_is_told_back(self):
        self.bring_in()
        for gid in self.gids:
            partner, row = self.partner(gid), self.there(gid)
            self.assertEqual(partner.email, self.email_of(gid))
            name = f"{row['firstName']} {row['lastName']}"
            self.assertEqual(partner.name, name)
        self.assertNothingTold()

    def test_address_book_becomes_contacts_below_the_customer(self):
        self.bring_in()
        for gid in self.gids:
            row, partner = self.there(gid), self.partner(gid)
            rest = [a for a in row["addressesV2"] if a is not row["defaultAddress"]]
            self.assertEqual(
                sorted(partner.child_ids.mapped("street")),
                sorted({a["address1"] for a in rest}),
            )
            if row["defaultAddress"]:
                self.assertEqual(partner.street, row["defaultAddress"]["address1"])

    def test_entry_changed_and_deleted_there_changes_and_goes_here(self):
        self.bring_in()
        gid = next(g for g in self.gids if len(self.there(g)["addressesV2"]) == 3)
        row, partner = self.there(gid), self.partner(gid)
        _default, second, third = row["addressesV2"]
        child = self.bound(self.backend, "address", second["id"])
        other = self.bound(self.backend, "address", third["id"])
        second["address1"] = "Neue Gasse 9"
        row["addressesV2"].remove(third)
        self.touch(gid)
        self.assertEqual(child.street, "Neue Gasse 9")
        self.assertFalse(other.active)
        self.assertEqual(partner.child_ids, child)
        self.assertNothingTold()

    def test_orders_keep_what_was_agreed_when_the_customer_moves(self):
        self.bring_in()
        gid = next(g for g in self.gids if self.there(g)["defaultAddress"])
        partner = self.partner(gid)
        before = partner.street
        agreed, quotation = self.env["sale.order"].create(
            2 * [{"partner_id": partner.id, "order_line": self.goods()}]
        )
        agreed.action_confirm()
        self.there(gid)["defaultAddress"]["address1"] = "Neue Gasse 9"
        self.touch(gid)
        self.assertEqual(partner.street, "Neue Gasse 9")
        self.assertEqual(quotation.partner_shipping_id, partner)
        for shown in (
            agreed.partner_shipping_id,
            agreed.partner_invoice_id,
            agreed.picking_ids.partner_id,
        ):
            self.assertEqual((shown.parent_id, shown.street), (partner, before))
        self.assertEqual(agreed.partner_id, partner)
        self.assertNothingTold()

    def test_orders_of_who_does_not_move_show_the_contact_itself(self):
        self.bring_in()
        gid = next(g for g in self.gids if self.there(g)["defaultAddress"])
        partner = self.partner(gid)
        before = partner.street
        user = {"name": partner.name, "login": "buyer@example.com"}
        self.env["res.users"].create({**user, "partner_id": partner.id})
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": self.goods()}
        )
        order.action_confirm()
        self.there(gid)["defaultAddress"]["address1"] = "Neue Gasse 9"
        self.touch(gid)
        # who can log in is not changed from outside
        self.assertEqual(partner.street, before)
        self.assertEqual(order.partner_shipping_id, partner)

    def goods(self):
        product = self.env["product.product"].create(
            {"name": "Tea", "type": "consu", "is_storable": True}
        )
        return [(0, 0, {"product_id": product.id, "product_uom_qty": 2})]

    def test_book_of_one_account_leaves_that_of_another_alone(self):
        self.bring_in()
        rich = [g for g in self.gids if len(self.there(g)["addressesV2"]) > 1]
        one, other = rich[:2]
        entries = [
            entry["id"]
            for entry in self.there(other)["addressesV2"]
            if entry["id"] != self.there(other)["defaultAddress"]["id"]
        ]
        partners = self.partner(one) | self.partner(other)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, self.partner(one))
        self.assertEqual(self.partner(one), self.partner(other))
        self.there(one)["addressesV2"][-1]["address1"] = "Neue Gasse 9"
        self.touch(one)
        self.assertEqual(self.messages(self.into, external_id=one)[-1:].state, "done")
        for entry in entries:
            child = self.bound(self.backend, "address", entry)
            self.assertTrue(child.active)

    def test_other_default_address_swaps_places(self):
        self.bring_in()
        gid = next(g for g in self.gids if len(self.there(g)["addressesV2"]) == 2)
        row, partner = self.there(gid), self.partner(gid)
        first, second = row["addressesV2"]
        row["defaultAddress"] = second
        self.touch(gid)
        self.assertEqual(partner.street, second["address1"])
        self.assertEqual(self.bound(self.backend, "address", second["id"]), partner)
        place = self.bound(self.backend, "address", first["id"])
        self.assertEqual((place.parent_id, place.street), (partner, first["address1"]))
        self.assertNothingTold()

    def test_consent_tags_and_exemption_come_in(self):
        position = self.env["account.fiscal.position"].create({"name": "Exempt"})
        self.backend.write({"customer_tags": True, "exempt_position_id": position.id})
        gid = self.gids[0]
        row = self.there(gid)
        row["defaultEmailAddress"]["marketingState"] = "SUBSCRIBED"
        row.update(tags=["vip", "Trade Fair"], taxExempt=True)
        self.bring_in()
        partner = self.partner(gid).with_company(self.company)
        self.assertEqual(partner.hub_marketing_consent, "granted")
        self.assertTrue(partner.hub_consent_date)
        self.assertEqual(set(partner.category_id.mapped("name")), {"vip", "Trade Fair"})
        self.assertEqual(partner.property_account_position_id, position)
        row["defaultEmailAddress"]["marketingState"] = "UNSUBSCRIBED"
        self.touch(gid, tags=["vip"], taxExempt=False)
        self.assertEqual(partner.hub_marketing_consent, "refused")
        self.assertEqual(partner.category_id.mapped("name"), ["vip"])
        self.assertFalse(partner.property_account_position_id)
        self.assertNothingTold()

    def test_guest_who_has_an_account_later_is_one_contact(self):
        (order,) = self.shop.place_orders(1, scenarios=["other_case_guest"])
        self.poll(self.flow(self.backend, "order"))
        self.settle()
        self.bring_in()
        email = self.shop.orders[order]["email"].lower()
        found = self.env["res.partner"].search(
            [("email_normalized", "=", email), ("parent_id", "=", False)]
        )
        self.assertEqual(len(found), 1)

    # === BOTH ===#

    def test_change_of_each_side_reaches_the_other(self):
        self.bring_in()
        gid = self.gids[0]
        partner = self.partner(gid)
        self.send()
        partner.comment = "<p>from Odoo</p>"
        self.send()
        self.touch(gid, firstName="Changed", lastName="There")
        self.assertEqual(partner.name, "Changed There")
        self.assertEqual(self.there(gid)["note"], "from Odoo")
        self.assertNothingTold()

    def test_news_of_our_own_change_changes_nothing(self):
        self.bring_in()
        gid = self.gids[0]
        partner = self.partner(gid)
        partner.comment = "<p>from Odoo</p>"
        self.send()
        version = self.row_version(partner)
        self.tell(gid)
        self.assertEqual(self.row_version(partner), version)
        self.assertNothingTold()

    def test_field_changed_on_both_sides_waits_for_a_person(self):
        self.into.conflict_policy = "ask"
        self.bring_in()
        gid = self.gids[0]
        partner = self.partner(gid)
        partner.name = "Changed Here"
        self.touch(gid, firstName="Changed", lastName="There")
        self.assertNothingTold()
        self.assertEqual(partner.name, "Changed Here")
        self.assertEqual(self.there(gid)["lastName"], "There")
        exception = self.exceptions(self.backend)
        self.assertEqual(len(exception), 1)
        exception.action_all_odoo()
        self.settle()
        self.send()
        self.assertEqual(self.there(gid)["lastName"], "Here")

    def test_field_of_the_shop_is_not_told(self):
        self.env["hub.field.rule"].create(
            {"flow_id": self.out.id, "field": "note", "owner": "remote"}
        )
        self.bring_in()
        self.partner(self.gids[0]).comment = "<p>for us</p>"
        self.assertNothingTold()

    # === GONE ===#

    def test_customer_deleted_there_is_archived_here(self):
        self.into.deletion_policy = "archive"
        self.bring_in()
        gid = self.gids[0]
        partner = self.partner(gid)
        customers = self.shop.collection("customers")
        del customers.objects[gid]
        customers.changed()
        self.tell(gid, deleted=True)
        self.assertFalse(partner.active)
        self.assertNothingTold()

    def test_customers_merged_there_become_one_contact_or_a_question(self):
        self.bring_in()
        kept, gone = self.gids[:2]
        partner, other = self.partner(kept), self.partner(gone)
        customers = self.shop.collection("customers")
        del customers.objects[gone]
        customers.changed()
        self.tell(gone, survivor=kept)
        exception = self.exceptions(self.backend)
        self.assertEqual(len(exception), 1)
        self.assertIn(partner.name, exception.name)
        self.assertIn(other.name, exception.name)
        self.assertTrue(partner.active and other.active)

    def test_merged_customer_whose_survivor_is_new_keeps_its_contact(self):
        self.bring_in()
        gone = self.gids[0]
        partner = self.partner(gone)
        customers = self.shop.collection("customers")
        row = customers.objects.pop(gone)
        kept, number = self.shop.generator.ids.next("Customer")
        customers.objects[kept] = {**row, "id": kept, "legacyResourceId": number}
        customers.changed()
        self.tell(gone, survivor=kept)
        self.settle()
        self.assertEqual(self.partner(kept), partner)
        self.assertNothingTold()
