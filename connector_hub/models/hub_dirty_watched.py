# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubDirty(models.Model):
    """Asked before something is read that only a mark needs."""

    _inherit = "hub.dirty"

    @api.private
    def is_watched(self, model_name, names=None):
        """Return whether a flow listens to one of the fields; costs no statement.

        :param names: None: to whatever of the model
        """
        listeners = self.env["hub.flow"]._listeners(model_name)
        return any(
            names is None or not watched.isdisjoint(names)
            for _flow_id, watched in listeners
        )
