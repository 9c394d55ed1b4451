# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outbound flows against a remote that keeps a ledger of what was done to it."""

import itertools
from datetime import datetime, timezone
from unittest.mock import patch

from odoo.addons.connector_hub.components.push import (
    Operation,
    Probed,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.documents import Gone, Product
from odoo.addons.connector_hub.exceptions import Rejected, Unavailable

from .common import HubCase

MOMENT = datetime(2026, 9, 1, tzinfo=timezone.utc)


class Crash(BaseException):
    """The process dies: nothing of the suite may catch it."""


class Ledger:
    """The remote side: what happened there, and how it behaves."""

    def __init__(self, safety=Safety.KEYED, batch_size=3, **options):
        if safety is Safety.PROBED:
            options.setdefault("visible_after", 0.001)
        self.operation = Operation("set", safety, batch_size=batch_size, **options)
        self.effects = []  # (action, record, payload)
        self.records = {}  # record: remote id
        self.numbers = itertools.count(1)
        self.keys = {}
        self.calls = 0
        self.probes = 0
        self.refused = set()
        self.before = self.after = lambda pushes: None

    def operations(self, adapter, document):
        return dict.fromkeys(("create", "update", "archive", "delete"), self.operation)

    def push(self, adapter, document, action, pushes):
        self.calls += 1
        self.before(pushes)
        results = {push.record: self._do(action, push) for push in pushes}
        self.after(pushes)
        return results

    def _do(self, action, push):
        if push.record in self.refused:
            return Pushed(error=Rejected(f"{push.record} is refused.", code="no"))
        if self.operation.safety is not Safety.KEYED or push.key not in self.keys:
            self.effects.append((action, push.record, push.payload))
        if not push.remote_id and push.record not in self.records:
            self.records[push.record] = f"R{next(self.numbers)}"
        remote_id = push.remote_id or self.records[push.record]
        self.keys[push.key] = remote_id
        return Pushed(remote_id)

    def probe(self, adapter, document, action, pushes):
        self.probes += 1
        return {
            push.record: Probed(
                push.record in self.records, self.records.get(push.record, "")
            )
            for push in pushes
        }


class Exporter:
    """Says the name of product templates."""

    _record_model = "product.template"
    _entity = "product"
    _part_models = ()
    _told_when_linked = False

    def __init__(self, env):
        self.env = env

    def watched(self):
        return {"product.template": {"name"}}

    def roots(self, flow, model, ids):
        return ids

    def relevant(self, flow, ids):
        return set(ids)

    def files(self, task):
        return {}

    def all_ids(self, flow, after, limit):
        found = self.env["product.template"].search(
            [("id", ">", after), ("default_code", "=like", "ALL-%")],
            order="id",
            limit=limit,
        )
        return found.ids

    def to_documents(self, flow, ids):
        products = self.env["product.template"].browse(ids).exists()
        linked = flow.backend_id.binder("product").to_external_many(products)
        return {
            product.id: _said(product, linked.get(product.id, [""])[0])
            for product in products
        }


def _said(product, remote_id):
    if not product.active:
        return Gone(external_id=remote_id, version=MOMENT, departure="archived")
    return Product(external_id=remote_id, version=MOMENT, title=product.name)


class SendCase(HubCase):
    """One outbound flow of products; ``self.ledger`` is what it talks to."""

    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.out = self.env["hub.flow"].create(
            {
                "backend_id": self.backend.id,
                "code": "test_out",
                "name": "Products out",
                "document": "product",
                "direction": "out",
                "state": "running",
                "lane_count": 1,
                "departure": "delete",
            }
        )
        flows = type(self.env["hub.flow"])
        self.use(flows, "_exporter", lambda flow: Exporter(flow.env))
        self.connect(Ledger())
        self.env.registry.clear_cache("stable")

    def use(self, target, name, value):
        held = patch.object(target, name, value)
        held.start()
        self.addCleanup(held.stop)

    def connect(self, ledger):
        """Let the imaginary system behave as ``ledger`` says."""
        self.ledger = ledger
        adapter = type(self.backend.adapter())
        mapper = type(self.backend.mapper("product"))
        for name in ("operations", "push", "probe"):
            self.use(adapter, name, _method(ledger, name))
        self.use(adapter, "prepare", lambda adapter: None)
        self.use(
            mapper,
            "to_payload",
            staticmethod(lambda document, **_options: {"title": document.title}),
        )

    def products(self, *names):
        return self.env["product.template"].create([{"name": n} for n in names])

    def mark(self, products):
        self.env["hub.dirty"].mark_flow(self.out, products._name, products.ids)

    def send(self):
        """Collect and send what is due."""
        self.perform(self.out, "_collect")
        self.perform(self.out, "_drain", 0)

    def crash_in(self):
        """Drain until the process dies."""
        self.perform(self.out, "_collect")
        try:
            # assertRaises would undo what was committed on the way
            self.perform(self.out, "_drain", 0)
        except Crash:
            return
        self.fail("Nothing crashed.")

    def outcomes(self):
        return self.messages(self.out).mapped("state")


def _method(ledger, name):
    return lambda adapter, *args: getattr(ledger, name)(adapter, *args)


def lost(_pushes):
    """The connection breaks: who knows what happened."""
    raise Unavailable("The connection broke.", code="reset", sent=True)


def crash(_pushes):
    """The process dies."""
    raise Crash
