# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo import api, models


class HubBackend(models.Model):
    """The components of a backend's system, and the hooks connectors override."""

    _inherit = "hub.backend"

    @contextmanager
    @api.private
    def working_on(self, model_name):
        """Yield the component work context; the only call of ``work_on``."""
        self.ensure_one()
        with self.work_on(model_name) as work:
            yield work

    @api.private
    def adapter(self):
        """Return the adapter component of this backend's system."""
        with self.working_on(self._name) as work:
            return work.component(usage="hub.adapter")

    @api.private
    def mapper(self, document):
        """Return the mapper component of ``document``."""
        with self.working_on(self._name) as work:
            return work.component(usage=f"hub.mapper.{document}")

    @api.private
    def binder(self, entity):
        """Return the binder of ``entity`` (see :meth:`_binding_models`)."""
        with self.working_on(self._binding_models()[entity]) as work:
            return work.component(usage="binder")

    # === HOOKS FOR CONNECTORS ===#

    @api.private
    def _binding_models(self):
        """Return {entity: binding model}, e.g. {"order": "hub.x.order"}."""
        return {}

    @api.private
    def _flow_values(self):
        """Return the values of the flows this system offers, one dict per flow."""
        return []

    @api.private
    def _connection_fields(self):
        """Return the fields whose change makes the last connection test worthless."""
        return {"api_url", "environment"}

    @api.private
    def _secret_fields(self):
        """Return the fields with secrets of the connected system."""
        return []

    @api.private
    def _webhook_fields(self):
        """Return the fields that verifying a webhook reads: all that is loaded then."""
        return ["system"]

    @api.private
    def _subscribe(self):
        """Make the remote system notify us, where it can."""

    @api.private
    def _sensitive_keys(self):
        """Return the payload keys that hold secrets or personal data, lower case."""
        return frozenset()
