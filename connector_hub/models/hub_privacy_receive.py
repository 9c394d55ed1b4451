# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..components.event import PrivacyRequest

#: days within which the law wants an answer
DAYS = 30


class HubPrivacyRequest(models.Model):
    """Keeping a request while its sender waits."""

    _inherit = "hub.privacy.request"

    @api.private
    def receive(self, backend, request):
        """Store a request, once, and have it carried out; commits nothing."""
        today = fields.Date.today()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO hub_privacy_request
                       (backend_id, company_id, kind, request_key, account,
                        customer_ref, order_refs, state, result, received_at, due_on,
                        create_date, write_date, create_uid, write_uid)
                VALUES (%(backend)s, %(company)s, %(kind)s, %(key)s, %(account)s,
                        %(customer)s, %(orders)s::jsonb, %(state)s, %(result)s,
                        %(now)s, %(due)s, %(now)s, %(now)s, %(user)s, %(user)s)
                    ON CONFLICT (backend_id, request_key) DO NOTHING
             RETURNING id
                """,
                backend=backend.id,
                company=backend.company_id.id,
                kind=request.kind,
                key=request.key,
                account=request.account,
                customer=request.customer or None,
                orders=json.dumps(list(request.orders)),
                now=fields.Datetime.now(),
                due=today + timedelta(days=DAYS),
                user=SUPERUSER_ID,
                **self._first_state(backend, request),
            )
        )
        found = self.browse(row[0] for row in rows)
        if found.filtered(lambda row: row.state == "new"):
            found._enqueue()
        return found

    def _first_state(self, backend, request):
        """Everything is erased only of whom this backend is surely connected with."""
        if backend._is_account(request.account):
            return {"state": "new", "result": None}
        return {
            "state": "todo",
            "result": self.env._(
                "It concerns %(account)s, which no backend is connected with. If one of"
                " them was, erase its data there; otherwise there is nothing to do.",
                account=request.account,
            ),
        }


class HubBackend(models.Model):
    _inherit = "hub.backend"

    @api.private
    def _take_privacy_request(self, note):
        """Keep a request about personal data.

        :return: whether it was one
        """
        if not isinstance(note, PrivacyRequest):
            return False
        backend = self._of_account(note.account) or self
        self.env["hub.privacy.request"].receive(backend, note)
        return True

    def _of_account(self, account):
        """Return the backend of this system that an account is connected with."""
        if self._is_account(account):
            return self
        others = self.search([("system", "=", self.system), ("id", "!=", self.id)])
        return others.filtered(lambda backend: backend._is_account(account))[:1]

    # === HOOKS FOR CONNECTORS ===#

    @api.private
    def _is_account(self, account):
        """Return whether a remote account is the one this backend is connected with."""
        return not account
