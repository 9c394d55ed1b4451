# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import ormcache

#: marks turned into messages per transaction
COLLECT_SIZE = 5000


class HubFlow(models.Model):
    """Who listens to changes of Odoo records, and how marks become messages."""

    _inherit = "hub.flow"

    # === LISTENING ===#

    @api.model
    def _listeners(self, model_name):
        """Return ((flow id, names of watched fields), ...) of a model."""
        return self._all_listeners().get(model_name, ())

    @api.model
    @ormcache()
    def _all_listeners(self):
        """Return {model: listeners}: outbound flows that are not stopped.

        A paused one listens, so that nothing is lost meanwhile.
        """
        found = {}
        flows = self.sudo().search(
            [
                ("direction", "=", "out"),
                ("state", "!=", "stopped"),
                ("backend_id.state", "!=", "draft"),
            ]
        )
        for flow in flows:
            for model, names in flow._exporter().watched().items():
                found.setdefault(model, []).append((flow.id, frozenset(names)))
        return {model: tuple(rows) for model, rows in found.items()}

    def _exporter(self):
        bot = self.backend_id._as_bot()
        return bot.env[f"hub.exporter.{self.document}"]
