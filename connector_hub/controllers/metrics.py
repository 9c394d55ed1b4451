# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2
from werkzeug.exceptions import NotFound, ServiceUnavailable, Unauthorized

from odoo import SUPERUSER_ID, http
from odoo.http import Response, request
from odoo.sql_db import PoolError

BEARER = "bearer "


class MetricsController(http.Controller):
    """Figures for a monitoring system, in Prometheus' text format."""

    @http.route(
        ["/hub/metrics/<string:database>", "/hub/metrics"],
        type="http",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def metrics(self, database=None):
        """Answer a scrape.

        200 with the figures; 401 without the right ``Authorization: Bearer``; 404 as
        long as nobody has made a token; 503 when the database does not answer.
        """
        if not request.db:
            raise ServiceUnavailable()
        env = request.env(user=SUPERUSER_ID, context={})
        try:
            access = env["hub.metrics.access"]
            if not access._is_open():
                raise NotFound()
            if not access._is_right(self._token()):
                raise Unauthorized()
            body, content_type = env["hub.metric"]._exposition()
        except (PoolError, psycopg2.OperationalError) as error:
            raise ServiceUnavailable() from error
        return Response(body, status=200, content_type=content_type)

    def _token(self):
        header = request.httprequest.headers.get("Authorization", "")
        return header[len(BEARER) :] if header.lower().startswith(BEARER) else ""
