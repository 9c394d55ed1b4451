# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

import psycopg2
from werkzeug.exceptions import (
    BadRequest,
    NotFound,
    ServiceUnavailable,
    Unauthorized,
)

from odoo import SUPERUSER_ID, http
from odoo.http import Response, request
from odoo.sql_db import PoolError

from ..cursor import by_statement, by_transaction
from ..exceptions import NotFound as UnknownBackend
from .front import reached

_logger = logging.getLogger(__name__)

#: bytes; Odoo answers 413 to more, before anything is read
MAX_BODY = 4 * 1024 * 1024


class WebhookController(http.Controller):
    """Verify, store, answer. Nothing else happens while the sender waits."""

    @http.route(
        # without the database: for those who wrote such an address down
        [
            "/hub/webhook/<string:database>/<string:token>",
            "/hub/webhook/<string:token>",
        ],
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=MAX_BODY,
    )
    def receive(self, token, database=None):
        """Store one notification durably before it is acknowledged.

        200 stored, or known already; 400 malformed; 401 not from the system; 404
        unknown address; 413 too large; 503 try again later.
        """
        if not request.db:
            # loaded server-wide, and nothing says which database it is for
            raise ServiceUnavailable()
        reached(request.httprequest)
        headers = {name.lower(): value for name, value in request.httprequest.headers}
        env = request.env(user=SUPERUSER_ID, context={})
        try:
            # a burst of the same delivery must not enter Odoo's loop of retries
            by_statement(env.cr)
            # before the body is read: strangers cost as little as possible
            backend = self._backend(env, token)
            note, flow = self._read(backend, headers)
            fine = flow and not note.error
            lanes = env["hub.message"].arrive(flow, note.event) if fine else ()
            if lanes or not fine:
                self._follow_up(backend, note, flow, lanes)
        except (PoolError, psycopg2.OperationalError) as error:
            raise ServiceUnavailable() from error
        return Response("ok", status=200, content_type="text/plain")

    def _follow_up(self, backend, note, flow, lanes):
        """Do what few notifications need: the others are stored, and that is all."""
        cr = backend.env.cr
        by_transaction(cr)
        if flow and note.error:
            self._keep(flow, note)
        if note and not flow:
            backend._take_privacy_request(note)
        cr.commit()  # pylint: disable=invalid-commit
        # safe from here on: the sender is told so whatever happens
        self._wake(flow, lanes)

    def _backend(self, env, token):
        try:
            return env["hub.backend"]._of_webhook(token)
        except UnknownBackend as error:
            raise NotFound() from error

    def _read(self, backend, headers):
        """Return the genuine notification, and the flow that receives it, if any."""
        body = request.httprequest.get_data()
        adapter = backend.adapter()
        if not adapter.verify_webhook(headers, body):
            _logger.info("Webhook of backend %s: signature refused.", backend.id)
            raise Unauthorized()
        note = adapter.read_notification(headers, body)
        flow = backend._receiving_flow(note.document) if note else None
        return note, flow

    def _keep(self, flow, note):
        """Keep what cannot be read for a person, before the sender is told off."""
        flow.env["hub.message"].quarantine(flow, note.event, note.error)
        flow.env.cr.commit()  # pylint: disable=invalid-commit
        raise BadRequest()

    def _wake(self, flow, lanes):
        """Enqueue the drain; the sweeper finds the message even if this fails."""
        if not lanes:
            return
        try:
            flow._wake(lanes)
            flow.env.cr.commit()  # pylint: disable=invalid-commit
        except Exception:
            flow.env.cr.rollback()
            _logger.warning("Wake-up lost, the sweeper takes over.", exc_info=True)
