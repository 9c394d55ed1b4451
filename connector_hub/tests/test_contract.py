# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from . import samples
from .common import HubHttpCase
from .contract import ConnectorContract


class TestContract(ConnectorContract, HubHttpCase):
    """The imaginary system keeps the contract."""

    def make_contract_backend(self):
        self.remote = self.start_remote(page_size=2)
        return self.make_backend(self.remote)

    def place(self, count):
        rows = self.remote.rows["order"]
        start = len(rows)
        for number in range(start + 1, start + count + 1):
            self._put(samples.order(number))
        return list(rows)[start:]

    def _put(self, values):
        self.remote.put("order", samples.payload("order", values))

    def _row(self, external_id):
        return self.remote.rows["order"][external_id]

    def touch(self, external_id):
        self.remote.put("order", self._row(external_id))

    def change(self, external_id):
        self.remote.put(
            "order", {**self._row(external_id), "purchase_order": "PO 4711"}
        )

    def break_record(self, external_id):
        self.remote.put("order", {**self._row(external_id), "total": "99.99"})

    def repair_record(self, external_id):
        self.remote.put("order", {**self._row(external_id), "total": "10.00"})

    def webhook(self, external_id):
        return self.remote.webhook("order", external_id)

    def sign(self, body):
        return self.remote.sign("order", body)

    def total(self, external_id):
        return Decimal(self._row(external_id)["total"])

    def fail_next(self, status, times=1, retry_after=None):
        body = f"token={self.remote.tokens[-1]}" if self.remote.tokens else ""
        self.remote.fail(status, times, retry_after, body)

    def expire_token(self):
        self.remote.tokens.append("expired-by-the-test")

    def refuse_credentials(self, refused=True):
        self.remote.refuses = refused
        self.expire_token()

    def secrets(self):
        return self.remote.secrets - {"expired-by-the-test"}
