# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import logging
import time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import HubCase

_logger = logging.getLogger(__name__)

MANY = 50_000


class TestLinkImport(HubCase):
    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()

    def file(self, *lines):
        return base64.b64encode("\n".join(lines).encode())

    def upload(self, entity, *lines, **values):
        """Return a checked import of these lines."""
        record = self.env["hub.link.import"].create(
            {
                "backend_id": self.backend.id,
                "entity": entity,
                "file": self.file(*lines),
                **values,
            }
        )
        record.action_check()
        return record

    def partner(self, **values):
        return self.env["res.partner"].create({"name": "Known", **values})

    def product(self, **values):
        return self.env["product.product"].create({"name": "Known", **values})

    def problems(self, record):
        return [(row.line, row.problem) for row in record.problem_ids]

    # === HOW THE ODOO RECORD IS TOLD ===#

    def test_check_changes_nothing_and_link_links(self):
        partner = self.partner()
        record = self.upload("customer", "external_id,odoo_id", f"C1,{partner.id}")
        self.assertEqual((record.new_count, record.problem_count), (1, 0))
        self.assertFalse(self.bound(self.backend, "customer", "C1"))
        record.action_apply()
        self.assertEqual(record.state, "done")
        self.assertEqual(self.bound(self.backend, "customer", "C1"), partner)

    def test_customers_by_email_in_any_case(self):
        partner = self.partner(email="Anna@Example.com")
        lines = "external_id;email", "C1; ANNA@example.com "
        self.upload("customer", *lines).action_apply()
        self.assertEqual(self.bound(self.backend, "customer", "C1"), partner)

    def test_variants_by_sku_and_products_by_barcode(self):
        product = self.product(default_code="A-1", barcode="4012345678901")
        self.upload("variant", "SKU\tExternal ID", "A-1\tV1").action_apply()
        self.upload("product", "external_id,barcode", "P1,4012345678901").action_apply()
        self.assertEqual(self.bound(self.backend, "variant", "V1"), product)
        self.assertEqual(
            self.bound(self.backend, "product", "P1"), product.product_tmpl_id
        )

    def test_orders_by_their_number_and_records_by_their_xml_id(self):
        order = self.env["sale.order"].create({"partner_id": self.partner().id})
        self.upload("order", "external_id,name", f"O1,{order.name}").action_apply()
        self.assertEqual(self.bound(self.backend, "order", "O1"), order)
        lines = "external_id,xml_id", "C1,base.main_partner"
        self.upload("customer", *lines).action_apply()
        self.assertEqual(
            self.bound(self.backend, "customer", "C1"),
            self.env.ref("base.main_partner"),
        )

    def test_archived_record_can_be_linked(self):
        product = self.product(default_code="A-1", active=False)
        self.upload("variant", "external_id,sku", "V1,A-1").action_apply()
        self.assertEqual(self.bound(self.backend, "variant", "V1"), product)

    # === PROBLEMS ===#

    def test_each_problem_is_told_with_its_line(self):
        twin = self.partner(email="twin@example.com")
        self.partner(email="twin@example.com")
        known, other = (
            self.partner(email="a@example.com"),
            self.partner(email="b@x.com"),
        )
        binder = self.backend.binder("customer")
        binder.bind_many([{"external_id": "C5", "odoo_id": twin.id}])
        record = self.upload(
            "customer",
            "external_id,email",
            "C1,nobody@example.com",
            "C2,twin@example.com",
            "C3,a@example.com",
            "C3,b@x.com",
            "C5,b@x.com",
            ",a@example.com",
            "C6,a@example.com",
        )
        found = dict(self.problems(record))
        self.assertEqual(sorted(found), [2, 3, 5, 6, 7, 8])
        self.assertIn("no record", found[2])
        self.assertIn("2 Odoo records", found[3])
        self.assertIn("line 4", found[5])
        self.assertIn("another Odoo record", found[6])
        self.assertIn("empty", found[7])
        self.assertIn('"C3"', found[8])
        self.assertEqual(record.new_count, 1)
        self.assertTrue(known and other)

    def test_lines_with_problems_stop_the_import_unless_left_out(self):
        partner = self.partner()
        record = self.upload(
            "customer", "external_id,odoo_id", f"C1,{partner.id}", "C2,nonsense"
        )
        with self.assertRaises(UserError):
            record.action_apply()
        record.skip_problems = True
        record.action_apply()
        self.assertEqual(self.bound(self.backend, "customer", "C1"), partner)
        self.assertFalse(self.bound(self.backend, "customer", "C2"))

    def test_several_remote_records_per_odoo_record_must_be_allowed(self):
        partner = self.partner()
        lines = "external_id,odoo_id", f"C1,{partner.id}", f"C2,{partner.id}"
        self.assertEqual(self.upload("customer", *lines).problem_count, 1)
        self.upload("customer", *lines, several=True).action_apply()
        self.assertEqual(self.bound(self.backend, "customer", "C2"), partner)

    def test_record_of_another_company_is_unknown(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.partner(company_id=other.id)
        record = self.upload("customer", "external_id,odoo_id", f"C1,{hidden.id}")
        self.assertEqual((record.new_count, record.problem_count), (0, 1))

    def test_file_that_cannot_be_read_says_why(self):
        for content, word in (
            (b"\xff\xfe\x00", "UTF-8"),
            (b"", "external_id"),
            (b"id,name\n1,2", "external_id"),
            (b"external_id,colour\n1,2", "odoo_id"),
            (b"external_id,odoo_id\n", "no lines"),
        ):
            record = self.env["hub.link.import"].create(
                {
                    "backend_id": self.backend.id,
                    "entity": "customer",
                    "file": base64.b64encode(content or b"\n"),
                }
            )
            with self.assertRaisesRegex(UserError, word, msg=content):
                record.action_check()

    # === WHO ===#

    def test_only_operators_of_the_company_link(self):
        partner = self.partner()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        lines = self.file("external_id,odoo_id", f"C1,{partner.id}")
        values = {"backend_id": self.backend.id, "entity": "customer", "file": lines}
        for role, company, may in (
            ("user", self.company, False),
            ("operator", elsewhere, False),
            ("operator", self.company, True),
        ):
            user = new_test_user(
                self.env,
                f"link-{role}-{company.id}",
                groups=f"connector_hub.group_hub_{role}",
                company_id=company.id,
                company_ids=[(6, 0, company.ids)],
            )
            wizard = self.env["hub.link.import"].with_user(user)
            if may:
                wizard.create(values).action_apply()
            else:
                with self.assertRaises(AccessError):
                    wizard.create(values).action_apply()
        self.assertEqual(self.bound(self.backend, "customer", "C1"), partner)

    # === MANY ===#

    def test_fifty_thousand_lines_take_seconds_and_again_are_nothing_new(self):
        self.env.cr.execute(
            "INSERT INTO res_partner (name, complete_name, ref, type, active,"
            " autopost_bills) SELECT 'P', 'P', 'R' || n, 'contact', true, 'ask'"
            " FROM generate_series(1, %s) n",
            [MANY],
        )
        lines = [f"C{n},R{n}" for n in range(1, MANY + 1)]
        started = time.monotonic()
        record = self.upload("customer", "external_id,ref", *lines)
        with self.queries() as found:
            record.action_apply()
        seconds = time.monotonic() - started
        again = self.upload("customer", "external_id,ref", *lines)
        _logger.info(
            "%s links in %.1f s, %s statements", record.new_count, seconds, len(found)
        )
        self.assertEqual(record.new_count, MANY)
        self.assertLess(len(found), 40)
        self.assertLess(seconds, 30)
        self.assertEqual((again.new_count, again.known_count), (0, MANY))
