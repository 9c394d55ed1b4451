# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge
from werkzeug.exceptions import ServiceUnavailable, Unauthorized

from odoo import SUPERUSER_ID, api, http
from odoo.http import Response, request
from odoo.sql_db import PoolError

from ..cursor import read_committed
from ..exceptions import InvalidData

_logger = logging.getLogger(__name__)

MAX_BODY = 4 * 1024 * 1024


class WebhookController(http.Controller):
    """Verify, store, answer. Nothing else happens while the sender waits."""

    @http.route(
        "/hub/webhook/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def receive(self, token):
        """Store one notification durably before it is acknowledged.

        200 stored, or known already; 400 malformed; 401 not from the system; 404
        unknown address; 413 too large; 503 try again later.
        """
        body = self._read_body()
        headers = {name.lower(): value for name, value in request.httprequest.headers}
        registry = request.env.registry
        try:
            with read_committed(registry) as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                flow, lanes = self._store(env, token, headers, body)
        except PoolError as error:
            raise ServiceUnavailable() from error
        if lanes:
            self._wake(registry, flow, lanes)
        return Response("ok", status=200, content_type="text/plain")

    def _read_body(self):
        incoming = request.httprequest
        if (incoming.content_length or 0) > MAX_BODY:
            raise RequestEntityTooLarge()
        body = incoming.stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise RequestEntityTooLarge()
        return body

    def _store(self, env, token, headers, body):
        """Return (flow id, lanes to wake)."""
        backend = env["hub.backend"].search([("webhook_token", "=", token)], limit=1)
        if not backend:
            raise NotFound()
        adapter = backend.adapter()
        if not adapter.verify_webhook(headers, body):
            _logger.info("Webhook of backend %s: signature refused.", backend.id)
            raise Unauthorized()
        try:
            note = adapter.read_notification(headers, body)
        except InvalidData as error:
            _logger.info("Webhook of backend %s: malformed body.", backend.id)
            raise BadRequest() from error
        if note is None:
            return None, set()
        flow = backend._flow_of(note.document)
        if not flow:
            return None, set()
        return flow.id, env["hub.message"].receive(flow, [note.event])

    def _wake(self, registry, flow_id, lanes):
        """Enqueue the drain in a transaction of its own.

        The notification is safe by now: the sweeper finds it even if this fails, and
        the sender must not be told to send again.
        """
        try:
            with read_committed(registry) as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["hub.flow"].browse(flow_id)._wake(lanes)
        except Exception:
            _logger.warning("Wake-up lost, the sweeper takes over.", exc_info=True)
