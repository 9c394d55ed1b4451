# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.addons.connector_hub.components.event import Event
from odoo.addons.connector_shopify.components import compliance

from .customer_case import CustomerCase


class TestPrivacyReach(CustomerCase):
    """How far a request of one store reaches: everything of it, nothing of others."""

    def setUp(self):
        super().setUp()
        self.bring_in()
        self.gid = next(gid for gid in self.gids if self.there(gid)["addressesV2"])
        self.email = self.email_of(self.gid)

    def request(self, topic, **content):
        body = {"shop_domain": "127.0.0.1", **content}
        note = compliance.read(topic, json.dumps(body).encode(), topic)
        request = self.env["hub.privacy.request"].receive(self.backend, note)
        self.perform(request, "_carry_out")
        self.env.invalidate_all()
        return request

    def redact(self, gid=None):
        number = int((gid or self.gid).rpartition("/")[2])
        return self.request("customers/redact", customer={"id": number})

    def payloads(self, messages):
        """Return what is kept of messages, all in one."""
        bodies = self.env["hub.payload"].every(messages.ids)
        return b"".join(body for _message, body in bodies).lower()

    def test_contact_whom_another_store_serves_is_kept(self):
        partner = self.partner(self.gid)
        other = self.make_shopify_backend(self.shop, name="Second Shop")
        row = {"external_id": "gid://shopify/Customer/77", "odoo_id": partner.id}
        other.binder("customer").bind_many([row])
        request = self.redact()
        self.assertEqual(request.state, "todo")
        self.assertIn("Second Shop", request.result)
        self.assertEqual(partner.email, self.email)
        # what this store has told is gone all the same
        self.assertNotIn(self.email.encode(), self.payloads(self.messages(self.into)))

    def test_erasure_is_not_told_to_the_store(self):
        partner = self.partner(self.gid)
        self.send()
        partner.comment = "called today"
        self.assertEqual(self.redact().state, "done")
        self.assertFalse(partner.email)
        asked = self.send()
        self.assertNotIn("CustomerUpdate", asked)
        self.assertEqual(self.email_of(self.gid), self.email)

    def test_request_that_names_nobody_is_for_a_person(self):
        request = self.request("customers/redact", customer={"id": "unreadable"})
        self.assertEqual(request.state, "todo")

    def test_what_never_reached_odoo_is_erased_with_the_store(self):
        flow = self.flow(self.backend, "order")
        body = json.dumps({"email": "stuck@example.com"}).encode()
        event = Event("gid://shopify/Order/1", "orders/create", body, complete=True)
        self.env["hub.message"].receive(flow, [event])
        message = self.messages(flow)
        message.state = "failed"
        self.assertIn(b"stuck@example.com", self.payloads(message))
        request = self.request("shop/redact")
        self.assertEqual(request.state, "done", request.result)
        self.assertNotIn(b"stuck@example.com", self.payloads(message))
        self.assertTrue(message.erased_at)

    def bring_in_companies(self):
        terms = {"backend_id": self.backend.id, "kind": "payment_term", "ignored": True}
        names = ("Due on receipt", "Net 30")
        self.env["hub.mapping"].create([{**terms, "remote_value": n} for n in names])
        flow = self.flow(self.backend, "company")
        self.poll(flow)
        self.settle()
        return flow

    def test_company_of_an_erased_buyer_keeps_its_address(self):
        self.bring_in_companies()
        person = next(p for gid in self.gids if (p := self.partner(gid)).parent_id)
        company = person.parent_id
        company.write({"street": "Main Street 1", "city": "Berlin", "ref": "C-1"})
        gid = self.gid_of(person)
        self.assertEqual(self.redact(gid).state, "done")
        self.assertFalse(person.email)
        self.assertNotEqual(person.name, self.there(gid)["displayName"])
        self.assertEqual(
            (company.street, company.city, company.ref),
            ("Main Street 1", "Berlin", "C-1"),
        )

    def test_company_a_person_buys_for_does_not_name_them_any_more(self):
        flow = self.bring_in_companies()
        messages = self.messages(flow)
        self.assertEqual(set(messages.mapped("state")), {"done"})
        kept = self.payloads(messages)
        gid = next(g for g in self.gids if self.email_of(g).lower().encode() in kept)
        email = self.email_of(gid).lower().encode()
        self.redact(gid)
        self.assertNotIn(email, self.payloads(messages))

    def test_what_is_left_undone_is_taken_up_one_by_one(self):
        requests = self.env["hub.privacy.request"]
        for number in (1, 2):
            body = json.dumps({"shop_domain": "127.0.0.1", "customer": {"id": number}})
            note = compliance.read("customers/redact", body.encode(), str(number))
            requests += requests.receive(self.backend, note)
        jobs = self.env["queue.job"]
        domain = [("identity_key", "=like", "hub.privacy.%")]
        jobs.search(domain).unlink()
        requests._cron_carry_out()
        keys = {f"hub.privacy.{request.id}" for request in requests}
        self.assertEqual(set(jobs.search(domain).mapped("identity_key")), keys)
