# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the tests of the hub and of its connectors have in common."""

from contextlib import contextmanager
from importlib import import_module
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID
from odoo.tests import HttpCase, TransactionCase, tagged
from odoo.tests.common import _super_send

from odoo.addons.connector_hub.importers import base as importer_base
from odoo.addons.queue_job.job import Job

from . import samples

#: rounds of jobs after which "until nothing is left to do" has failed
MANY_ROUNDS = 60


def fake(name):
    """Return a module of the imaginary system's components.

    Not imported above: the pure tests have no such addon.
    """
    return import_module(f"odoo.addons.connector_fake.components.{name}")


@tagged("post_install", "-at_install")
class HubCase(TransactionCase):
    """Jobs run as the runner runs them, on cursors of their own.

    These cursors are savepoints of the test's transaction: what they show of leases
    and races is not the truth. Those tests run processes, in ``tests/chaos``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo's own takes no pair of timeouts, and would make ours longer
        if urlsplit(request.url).hostname == "127.0.0.1":
            return _super_send(session, request, **options)
        return super()._request_handler(session, request)

    def setUp(self):
        super().setUp()
        if not type(self)._registry_patched:
            self.env.flush_all()
            self.registry_enter_test_mode()
        # a lock's own transaction cannot outlive commits of the one around it when
        # both are savepoints of the same transaction
        held = patch.object(importer_base, "read_committed", self._test_transaction)
        held.start()
        self.addCleanup(held.stop)

    @contextmanager
    def _test_transaction(self, _registry):
        yield self.env.cr

    # === BACKENDS ===#

    def start_remote(self, **options):
        # only the hub's own tests need the imaginary system, connectors' do not
        from odoo.addons.connector_fake.remote import Remote

        remote = Remote(**options)
        remote.__enter__()
        self.addCleanup(remote.__exit__)
        return remote

    def make_backend(self, remote=None, **values):
        """Return a connected backend of the imaginary system; its flows run."""
        backend = self.env["hub.backend"].create(
            {
                "name": "Imaginary",
                "system": "fake",
                "environment": "test",
                "api_url": remote.url if remote else "http://127.0.0.1:9",
                "fake_secret": remote.secret if remote else "s",
                "fake_password": remote.password if remote else "p",
                "company_id": self.company.id,
                **values,
            }
        )
        self.run_flows(backend)
        return backend

    def run_flows(self, backend):
        """Connect a backend; flows out of Odoo are started one by one."""
        backend.state = "connected"
        inbound = backend.flow_ids.filtered(lambda flow: flow.direction == "in")
        inbound.write({"state": "running", "next_poll_at": False})
        self.env.flush_all()

    def listen(self, backend, *documents):
        """Start flows out of Odoo; return them."""
        flows = self.env["hub.flow"]
        for document in documents:
            flows += self.flow(backend, document, "out")
        flows.state = "running"
        self.env.flush_all()
        return flows

    def make_taxes(self, *percents):
        """Create sales taxes of these rates, price included and not; return them."""
        group = self.env["account.tax.group"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        return self.env["account.tax"].create(
            [
                {
                    "name": f"{percent}% {inclusion}",
                    "amount": percent,
                    "amount_type": "percent",
                    "type_tax_use": "sale",
                    "price_include_override": inclusion,
                    "tax_group_id": group.id,
                    "company_id": self.company.id,
                }
                for percent in percents
                for inclusion in ("tax_included", "tax_excluded")
            ]
        )

    def flow(self, backend, document="order", direction="in"):
        return backend.flow_ids.filtered(
            lambda flow: flow.document == document and flow.direction == direction
        )

    # === JOBS ===#

    def perform(self, record, method, *args, **kwargs):
        """Call a job's method as the runner does: own cursor, superuser, commit."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr, user=SUPERUSER_ID)
            result = getattr(record.with_env(env), method)(*args, **kwargs)
        self.env.invalidate_all()
        return result

    def poll(self, flow):
        return self.perform(flow, "_poll")

    def drain(self, flow):
        """Drain every lane of a flow once."""
        return [self.perform(flow, "_drain", n) for n in range(flow.lane_count)]

    def due_jobs(self):
        return self.env["queue.job"].search(
            [
                ("state", "=", "pending"),
                ("identity_key", "=like", "hub.%"),
                "|",
                ("eta", "=", False),
                ("eta", "<=", self.env.cr.now()),
            ],
            order="priority, id",
        )

    def settle(self):
        """Perform the jobs that were enqueued, until there are none."""
        for _round in range(MANY_ROUNDS):
            self.env.flush_all()
            jobs = self.due_jobs()
            if not jobs:
                return
            for uuid in jobs.mapped("uuid"):
                job = Job.load(self.env, uuid)
                job.set_started()
                job.store()
                self.env.flush_all()
                job.perform()
                job.set_done()
                job.store()
                self.env.flush_all()
            self.env.invalidate_all()
        self.fail(f"There are always new jobs: {self.due_jobs().mapped('name')}")

    def let_time_pass(self, messages):
        """Make messages that wait for another try due, and end every pause."""
        messages.write({"next_attempt_at": "2026-01-01"})
        self.end_pauses()
        self.env.flush_all()

    def end_pauses(self):
        """Let the moment come at which a paused system may be called again."""
        # in SQL: other cursors have changed the rows since
        self.env.flush_all()
        self.env.cr.execute("UPDATE hub_limit SET retry_at = '2026-01-01'")
        self.env["hub.limit"].invalidate_model()

    # === MESSAGES ===#

    def messages(self, flow, **values):
        domain = [("flow_id", "=", flow.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["hub.message"].search(domain, order="id")

    def states(self, flow):
        return self.messages(flow).mapped("state")

    def exceptions(self, backend):
        return self.env["hub.exception"].search([("backend_id", "=", backend.id)])

    # === IMPORTERS ===#

    def import_documents(self, flow, *rows, **options):
        """Run the flow's importer on the values of documents; return the tasks."""
        tasks = [
            samples.task(samples.document(flow.document, row), number, **options)
            for number, row in enumerate(rows, start=1)
        ]
        importer = flow.backend_id._as_bot().env[f"hub.importer.{flow.document}"]
        importer.run(flow, tasks)
        self.env.flush_all()
        return tasks

    def record_of(self, task):
        return self.env[task.res_model].browse(task.res_id)

    def bound(self, backend, entity, external_id):
        found = backend.binder(entity).to_internal_many([external_id])
        return found.get(external_id)

    # === MEASURES ===#

    @contextmanager
    def queries(self):
        """Yield a list that holds the statements executed inside the block."""
        statements = []
        with contextmanager(self._patchExecute)(statements):
            yield statements

    def row_version(self, record):
        """Return PostgreSQL's own version of a row, which every UPDATE changes."""
        self.env.flush_all()
        query = f"SELECT xmin, ctid FROM {record._table} WHERE id = %s"
        self.env.cr.execute(query, [record.id])
        return self.env.cr.fetchone()


class HubHttpCase(HubCase, HttpCase):
    """Adds Odoo's own web server, for webhooks."""

    def setUp(self):
        super().setUp()
        # what a worker caches at its first request: the queries would open the
        # request's savepoint, which takes along what its short cursors committed
        self.url_open("/hub/webhook/none", method="POST")

    def deliver(self, backend, headers, body, token=None):
        """Send a webhook as the remote system does; return the HTTP response."""
        path = urlsplit(backend.sudo().webhook_url).path
        if token:
            path = f"{path.rpartition('/')[0]}/{token}"
        return self.url_open(path, data=body, headers=headers, method="POST")
