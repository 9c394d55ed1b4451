# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import Response, request


class BareController(http.Controller):
    @http.route(
        "/hub_bench/bare",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def receive(self):
        body = request.httprequest.get_data()
        request.env.cr.execute(
            "INSERT INTO hub_bench_bare (body, received_at) VALUES (%s, now())", [body]
        )
        return Response("ok", status=200, content_type="text/plain")
