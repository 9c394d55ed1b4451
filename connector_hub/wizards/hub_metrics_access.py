# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import hmac
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError

PARAMETER = "connector_hub.metrics_digest"


class HubMetricsAccess(models.TransientModel):
    """Makes the token with which a monitoring system reads the figures.

    It is shown once; what is stored is its digest, which opens nothing.
    """

    _name = "hub.metrics.access"
    _description = "Access of a Monitoring System"

    address = fields.Char(compute="_compute_address")
    is_open = fields.Boolean(compute="_compute_address")
    token = fields.Char(
        readonly=True, store=False, help="Copy it now: it is not shown again."
    )

    def _compute_address(self):
        for record in self:
            database = self.env.cr.dbname
            record.address = f"{record.get_base_url()}/hub/metrics/{database}"
            record.is_open = self._is_open()

    # === ACTIONS ===#

    def action_renew(self):
        """Make a new token; the one before stops working."""
        self._check_administrator()
        token = secrets.token_urlsafe(32)
        self._parameters().set_param(PARAMETER, _digest(token))
        self.env["hub.audit"].note("credential", self.env._("New token for metrics"))
        return self._shown(token)

    def action_close(self):
        """Answer no monitoring system any more."""
        self._check_administrator()
        self._parameters().set_param(PARAMETER, False)
        self.env["hub.audit"].note(
            "credential", self.env._("Token for metrics removed")
        )
        return self._shown(False)

    # === BUSINESS METHODS ===#

    def _check_administrator(self):
        """The figures are those of all companies."""
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._("Only administrators give access to the figures.")
            )

    def _shown(self, token):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_metrics_access_action"
        )
        return {**action, "context": {"default_token": token}}

    @api.model
    def _parameters(self):
        return self.env["ir.config_parameter"].sudo()

    @api.model
    def _is_open(self):
        """Return whether there is a token at all."""
        return bool(self._parameters().get_param(PARAMETER))

    @api.model
    def _is_right(self, token):
        """Return whether this is the token; takes as long for a wrong one."""
        stored = self._parameters().get_param(PARAMETER) or ""
        return bool(token) and hmac.compare_digest(stored, _digest(token))


def _digest(token):
    return hashlib.sha256(token.encode()).hexdigest()
