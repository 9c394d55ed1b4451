# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What comes before the controller: which database, and what if there is none.

The address of a webhook names the database. So Odoo need not ask PostgreSQL for a list
of them, on a connection opened for that and closed again, which takes longer than all
the rest; and several databases may receive webhooks on one host. Odoo itself checks
that the host may reach the database, as it does for any ``X-Odoo-Database``.

Odoo answers 500 to a request that gets no connection, and 404 when the database is
away: it then looks for pages that need none. Remote systems take a 404 for an address
that is gone, and some delete the subscription. So what is sent to the hub, but did not
get as far as its controller, is answered with 503: try again later.
"""

from odoo.http import Application

PREFIX = "/hub/webhook/"
#: read by monitoring systems, which cannot say which database either
METRICS = "/hub/metrics/"
#: key of the WSGI environment: a list that is filled when the controller is reached
MARK = "connector_hub.reached"
#: PostgreSQL's own, into which Odoo must not look
NO_DATABASES = ("postgres", "template")
#: seconds
RETRY_AFTER = "30"

_serve = Application.__call__


def reached(httprequest):
    """Note that the controller answers: what it says is meant."""
    httprequest.environ.get(MARK, []).append(True)


def serve_webhook(application, environ, start_response):
    """Serve a request as Odoo does; 503 for webhooks that did not get through."""
    path = environ.get("PATH_INFO", "")
    if path.startswith(METRICS):
        _name_database(environ, path[len(METRICS) :])
    if not path.startswith(PREFIX):
        return _serve(application, environ, start_response)
    mark = environ[MARK] = []
    database, separator, _token = path[len(PREFIX) :].partition("/")
    if separator:
        _name_database(environ, database)

    def start(status, headers, *rest):
        if not mark and status[:3] in ("404", "500"):
            status = "503 SERVICE UNAVAILABLE"
            headers = [*headers, ("Retry-After", RETRY_AFTER)]
        return start_response(status, headers, *rest)

    return _serve(application, environ, start)


def _name_database(environ, database):
    """Say which database is meant; a proxy that says so has the last word."""
    if database and not database.startswith(NO_DATABASES):
        environ.setdefault("HTTP_X_ODOO_DATABASE", database)


# a connection is opened long before any controller or ir.http method is asked
Application.__call__ = serve_webhook
