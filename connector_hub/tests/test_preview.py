# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from timeit import repeat, timeit
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.connector_hub.importers.customer import ImporterCustomer
from odoo.addons.connector_hub.models import base

from . import samples
from .drain_case import DrainCase

_logger = logging.getLogger(__name__)

#: what a preview itself writes
OWN_TABLES = ("hub_change", "hub_run", "queue_job", "hub_token", "hub_lane")


class TestPreview(DrainCase):
    """What would happen is told in full, and nothing of it happens."""

    def setUp(self):
        super().setUp()
        self.customer_flow = self.flow(self.backend, "customer")

    def put_customer(self, number=1, **values):
        row = samples.payload("customer", samples.customer(number, **values))
        self.remote.put("customer", row)

    def preview(self, flow, **values):
        run = flow.start_preview(**values)
        self.perform(flow, "_preview", run.id)
        return run

    def changes(self, run, **values):
        domain = [("run_id", "=", run.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["hub.change"].search(domain)

    def database(self):
        """Return {table: (rows, sum over row versions)}, sequences included."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema")
        )
        found = {}
        for (table,) in tables:
            if table in OWN_TABLES:
                continue
            query = SQL(
                "SELECT count(*), sum(hashtext(xmin::text || ctid::text)::bigint)"
                " FROM %s",
                SQL.identifier(table),
            )
            found[table] = self.env.execute_query(query)[0]
        numbers = SQL(
            "SELECT sequencename, last_value FROM pg_sequences"
            " WHERE sequencename LIKE 'ir\\_sequence\\_%%'"
            " AND schemaname = current_schema"
        )
        return {**found, **dict(self.env.execute_query(numbers))}

    # === NOTHING IS WRITTEN ===#

    def test_database_is_the_same_table_by_table(self):
        for number in range(1, 4):
            self.place(number)
        self.bring_in()
        self.place(2, name="#changed")
        for number in range(4, 7):
            self.place(number, lines=[samples.line(number)])
        run = self.order_flow.start_preview()
        before = self.database()
        self.perform(self.order_flow, "_preview", run.id)
        after = self.database()
        changed = {name for name in before if before[name] != after[name]}
        self.assertEqual(changed, set())
        self.assertGreater(len(before), 300)
        self.assertGreater(run.would_create_count, 9)
        self.bring_in()
        changed = {
            name for name, rows in self.database().items() if rows != before[name]
        }
        self.assertIn("sale_order", changed, "else nothing would ever be noticed")

    def test_a_sequence_gives_the_next_number_to_the_next_real_order(self):
        self.place(1)
        self.preview(self.order_flow)
        sequence = self.env["ir.sequence"].search([("code", "=", "sale.order")])[:1]
        expected = sequence.get_next_char(sequence.number_next_actual)
        self.bring_in()
        self.assertEqual(self.sale_order().name, expected)

    def test_nothing_is_linked_nor_read_up_to(self):
        self.put_customer()
        cursor = self.customer_flow.cursor
        self.preview(self.customer_flow)
        self.assertFalse(self.bound(self.backend, "customer", "C1"))
        self.assertEqual(self.customer_flow.cursor, cursor)
        self.assertFalse(self.messages(self.customer_flow))

    def test_no_mail_no_job_and_no_hook_escapes(self):
        self.put_customer()
        hooks, apply = [], ImporterCustomer._apply

        def noisy(importer, flow, tasks):
            env = importer.env
            mail = env["mail.mail"].sudo().create({"email_to": "a@example.com"})
            mail.send(raise_exception=True)
            env["ir.mail_server"].send_email({"Message-Id": "1"})
            flow.with_delay(identity_key="hub.escaped")._cron_sweep()
            env.cr.postcommit.add(lambda: hooks.append("postcommit"))
            return apply(importer, flow, tasks)

        with (
            patch.object(ImporterCustomer, "_apply", noisy),
            patch.object(IrMail_Server, "send_email") as sent,
        ):
            run = self.preview(self.customer_flow)
        self.assertEqual(run.state, "received")
        sent.assert_not_called()
        self.assertEqual(hooks, [])
        jobs = self.env["queue.job"].search([("identity_key", "=", "hub.escaped")])
        self.assertFalse(jobs)

    def test_code_that_commits_is_refused(self):
        self.put_customer()

        def commits(importer, flow, tasks):
            importer.env["res.partner"].create({"name": "Kept"})
            importer.env.cr.commit()  # pylint: disable=invalid-commit

        with patch.object(ImporterCustomer, "_apply", commits):
            run = self.preview(self.customer_flow)
        self.assertIn("cannot keep", self.changes(run).note)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Kept")]))

    # === WHAT IT TELLS ===#

    def test_new_record_is_told_with_its_values(self):
        self.put_customer(1, name="Anna", email="anna@example.com")
        run = self.preview(self.customer_flow)
        self.assertEqual(run.would_create_count, 1)
        values = {c.field_name: c.new_value for c in self.changes(run)}
        self.assertEqual(
            (values["name"], values["email"]), ("Anna", "anna@example.com")
        )
        self.assertIn("Anna", self.changes(run)[0].subject)

    def test_changed_record_is_told_with_old_and_new_value(self):
        self.put_customer(1, name="Anna", email="anna@example.com")
        self.poll(self.customer_flow)
        self.drain(self.customer_flow)
        self.put_customer(1, name="Anna", email="new@example.com")
        run = self.preview(self.customer_flow)
        change = self.changes(run, field_name="email")
        self.assertEqual(
            (change.operation, change.old_value, change.new_value),
            ("write", "anna@example.com", "new@example.com"),
        )
        self.assertEqual(change.res_id, self.bound(self.backend, "customer", "C1").id)

    def test_known_record_would_only_be_linked(self):
        partner = self.env["res.partner"].create(
            {"name": "Anna", "email": "anna@example.com"}
        )
        self.put_customer(1, name="Anna", email="anna@example.com")
        run = self.preview(self.customer_flow)
        self.assertEqual((run.would_link_count, run.would_create_count), (1, 0))
        self.assertEqual(self.changes(run, operation="link").res_id, partner.id)

    def test_two_orders_of_a_new_buyer_would_make_one(self):
        self.place(1)
        self.place(2, customer=samples.customer(1))
        run = self.preview(self.order_flow)
        partners = self.changes(run, res_model="res.partner", is_head=True)
        self.assertEqual(partners.mapped("operation"), ["create"])
        orders = self.changes(run, res_model="sale.order", is_head=True)
        self.assertEqual(orders.mapped("external_id"), ["O1", "O2"])

    def test_failure_is_told_with_what_to_do(self):
        self.place(1, total="999.00")
        self.place(2)
        run = self.preview(self.order_flow)
        self.assertEqual(run.would_error_count, 1)
        self.assertIn("999.00", self.changes(run, operation="error").note)
        orders = self.changes(run, res_model="sale.order", is_head=True)
        self.assertEqual(orders.mapped("external_id"), ["O2"])
        self.assertFalse(self.exceptions(self.backend))

    def test_what_is_up_to_date_is_told_too(self):
        self.put_customer()
        self.poll(self.customer_flow)
        self.drain(self.customer_flow)
        run = self.preview(self.customer_flow)
        self.assertEqual(run.would_nothing_count, 1)

    def test_large_preview_is_capped_and_says_so(self):
        for number in range(1, 6):
            self.put_customer(number)
        run = self.preview(self.customer_flow, limit=2)
        self.assertEqual(run.would_create_count, 2)
        self.assertIn("2 of 5", run.message)

    # === FROM HERE ON ===#

    def test_the_way_to_the_real_run_keeps_the_window(self):
        run = self.preview(self.order_flow, window_from="2026-01-01 00:00:00")
        context = run.action_do_it()["context"]
        wizard = self.env["hub.backfill"].with_context(**context).create({})
        self.assertEqual(wizard.flow_ids, self.order_flow)
        self.assertEqual(wizard.window_from, run.window_from)

    def test_remote_failure_is_told(self):
        self.remote.fail(500, times=9)
        run = self.preview(self.order_flow)
        self.assertEqual(run.state, "failed")
        self.assertTrue(run.message)

    def test_only_operators_see_previews(self):
        user = self.env.ref("base.user_admin").copy({"login": "other"})
        user.group_ids = self.env.ref("connector_hub.group_hub_user")
        with self.assertRaises(AccessError):
            self.order_flow.with_user(user).start_preview()
        with self.assertRaises(AccessError):
            self.env["hub.change"].with_user(user).search([])

    def test_backend_must_have_been_tested(self):
        self.backend.write({"state": "draft", "verdict_ok": False})
        with self.assertRaises(UserError):
            self.order_flow.start_preview()

    # === COST WHEN OFF ===#

    def test_the_look_for_a_trial_costs_next_to_nothing(self):
        partners = self.env["res.partner"]
        nobody, hook = self.env["hub.token"].browse(), base.Base.unlink
        with self.queries() as statements:
            hooked = min(repeat(nobody.unlink, number=5000, repeat=5)) / 5000
            del base.Base.unlink
            try:
                plain = min(repeat(nobody.unlink, number=5000, repeat=5)) / 5000
            finally:
                base.Base.unlink = hook
        self.assertEqual(statements, [])
        rows = [{"name": f"Cost {number}"} for number in range(100)]

        def work():
            made = partners.create(rows)
            made.write({"comment": "x"})
            self.env.flush_all()

        work()
        one = timeit(work, number=3) / 3 / len(rows)
        look = hooked - plain
        _logger.info("hook %.0f ns, a partner %.0f us", look * 1e9, one * 1e6)
        # made, written and deleted each in a call of its own: still below a hundredth
        self.assertLess(3 * look, one / 100)
