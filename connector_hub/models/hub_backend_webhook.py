# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import ormcache

from ..exceptions import NotFound
from .hub_flow import RECEIVING_FIELDS


class HubBackend(models.Model):
    """What receiving a webhook needs, remembered by each process.

    A sender waits, and what is read here hardly ever changes: after the first webhook
    no query remains but the one that stores. Odoo's registry signalling empties these
    caches in all processes as soon as a change was committed; secrets are as safe in
    them as in the memory that every verification puts them into anyway.
    """

    _inherit = "hub.backend"

    @api.model
    @api.private
    def _of_webhook(self, token):
        """Return the backend of a webhook address, its settings loaded.

        :raises NotFound: it is nobody's
        """
        backend = self.browse(self._webhook_backend_id(token))
        _put(backend, backend._webhook_settings())
        return backend

    @api.private
    def _receiving_flow(self, document):
        """Return the flow that takes notifications of a document, loaded.

        Empty when it is stopped: nothing is received then. A paused one receives.
        """
        self.ensure_one()
        flow_id, settings = self._receiving_flow_settings(document)
        flow = self.env["hub.flow"].browse(flow_id or ())
        _put(flow, settings)
        return flow

    def _remembered_fields(self):
        """Return the fields whose change empties what is remembered."""
        return {
            "webhook_token",
            "active",
            "company_id",
            # which flows listen to changes of records
            "state",
            *self._webhook_fields(),
        }

    # === CACHES ===#

    @api.model
    @ormcache("token")
    def _webhook_backend_id(self, token):
        backend = self.search([("webhook_token", "=", token)], limit=1)
        if not backend:
            # raised, because results are remembered: strangers must not fill the cache
            raise NotFound(self.env._("Nobody has this webhook address."))
        return backend.id

    @ormcache("self.id")
    def _webhook_settings(self):
        return _take(self, self._webhook_fields())

    @ormcache("self.id", "document")
    def _receiving_flow_settings(self, document):
        flow = self.flow_ids.filtered(
            lambda flow: (
                flow.document == document
                and flow.direction == "in"
                and flow.state != "stopped"
            )
        )[:1]
        return flow.id, _take(flow, RECEIVING_FIELDS)


def _take(record, names):
    """Return ((field name, value as the ORM caches it), ...)."""
    if not record:
        return ()
    record.fetch(names)
    fields = [(name, record._fields[name]) for name in names]
    return tuple((n, f._get_cache(record.env)[record.id]) for n, f in fields)


def _put(record, settings):
    for name, value in settings:
        record._fields[name]._insert_cache(record, [value])
