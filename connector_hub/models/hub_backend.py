# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import secrets
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..cursor import read_committed
from ..exceptions import InvalidData
from ..http_guard import check_url

#: environments in which a server on this very machine may stand for the remote one
LOCAL_ENVIRONMENTS = ("dev", "test")


class HubBackend(models.Model):
    """One connected system instance.

    Connectors add their entry to ``system`` with ``selection_add``, their settings as
    fields with the system's prefix, and override the hooks at the end of this class.
    """

    _name = "hub.backend"
    _inherit = [
        "connector.backend",
        "mail.thread",
        "mail.activity.mixin",
        "hub.operable",
    ]
    _description = "Integration Backend"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    system = fields.Selection([], required=True, tracking=True)
    environment = fields.Selection(
        [
            ("dev", "Development"),
            ("test", "Test"),
            ("staging", "Staging"),
            ("production", "Production"),
        ],
        required=True,
        default="production",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [("draft", "Not Connected"), ("connected", "Connected"), ("paused", "Paused")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    state_reason = fields.Char(
        "Why Paused", copy=False, readonly=True, help="What stopped this connection."
    )
    api_url = fields.Char(
        "Address", required=True, tracking=True, help="For example https://example.com"
    )
    bot_user_id = fields.Many2one(
        "res.users",
        "Acts As",
        required=True,
        default=lambda self: self._default_bot_user(),
        help="Records are created and changed in the name of this user, with its"
        " access rights.",
    )
    limit_key = fields.Char(
        compute="_compute_limit_key",
        store=True,
        readonly=False,
        help="Backends with the same key share the remote system's quota.",
    )
    webhook_token = fields.Char(
        copy=False,
        readonly=True,
        groups="base.group_system",
        default=lambda self: secrets.token_urlsafe(32),
    )
    webhook_url = fields.Char(
        compute="_compute_webhook_url", groups="base.group_system"
    )
    verdict = fields.Text(
        "Connection Test", readonly=True, copy=False, help="Result of the last test."
    )
    verdict_ok = fields.Boolean(readonly=True, copy=False)
    verdict_at = fields.Datetime("Tested On", readonly=True, copy=False)
    flow_ids = fields.One2many("hub.flow", "backend_id", "Flows")
    mapping_ids = fields.One2many("hub.mapping", "backend_id", "Mappings")
    _webhook_token_uniq = models.UniqueIndex("(webhook_token)")

    # === DEFAULTS AND COMPUTES ===#

    @api.model
    def _default_bot_user(self):
        return self.env.ref("connector_hub.user_bot", raise_if_not_found=False)

    @api.depends("system", "api_url")
    def _compute_limit_key(self):
        for backend in self:
            backend.limit_key = f"{backend.system}:{backend.api_url or ''}"

    @api.depends("webhook_token")
    def _compute_webhook_url(self):
        for backend in self:
            path = f"{quote(self.env.cr.dbname, safe='')}/{backend.webhook_token}"
            backend.webhook_url = f"{backend.get_base_url()}/hub/webhook/{path}"

    # === CONSTRAINTS AND CRUD ===#

    @api.constrains("api_url", "environment")
    def _check_api_url(self):
        for backend in self:
            try:
                check_url(backend.api_url, allow_loopback=backend._allows_loopback())
            except InvalidData as error:
                raise ValidationError(error.text) from error

    @api.constrains("bot_user_id", "company_id")
    def _check_bot_company(self):
        for backend in self:
            if backend.company_id not in backend.bot_user_id.sudo().company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s may not work in %(company)s. Add the company to the"
                        " user's allowed companies, or choose another user.",
                        user=backend.bot_user_id.name,
                        company=backend.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._admit_bot(vals_list)
        backends = super().create(vals_list)
        for backend in backends:
            backend._create_flows()
        return backends

    def write(self, vals):
        if self._remembered_fields() & vals.keys():
            self.env.registry.clear_cache("stable")
        if "api_url" in vals and not self.env.su and not self.env.user._is_system():
            # secrets must not be sent to an address their owner did not choose
            self.filtered(lambda b: b.api_url != vals["api_url"]).sudo().write(
                dict.fromkeys(self._secret_fields(), False)
            )
        if self._connection_fields() & vals.keys():
            # what was tested is not what is set any more
            self.env["hub.token"].forget(self)
            vals = {"verdict": False, "verdict_ok": False, "verdict_at": False, **vals}
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache("stable")
        return super().unlink()

    def _admit_bot(self, vals_list):
        """Let the shared bot user work in every company that has a backend."""
        bot = self._default_bot_user()
        if bot:
            ids = {vals.get("company_id") or self.env.company.id for vals in vals_list}
            missing = ids - set(bot.sudo().company_ids.ids)
            if missing:
                bot.sudo().write({"company_ids": [(4, cid) for cid in missing]})

    def _create_flows(self):
        """Create the flows the system offers, switched off."""
        known = self.flow_ids.mapped("code")
        self.env["hub.flow"].sudo().create(
            [
                {"backend_id": self.id, **values}
                for values in self._flow_values()
                if values["code"] not in known
            ]
        )

    # === BUSINESS METHODS ===#

    @api.private
    def _pause_at_once(self, reason):
        """Pause from within a job, for all workers, whatever happens to its work."""
        self.ensure_one()
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL(
                    "UPDATE hub_backend SET state = 'paused', state_reason = %s,"
                    " paused_at = now() AT TIME ZONE 'UTC', paused_by = NULL"
                    " WHERE id = %s AND state = 'connected'",
                    reason,
                    self.id,
                )
            )
        self.invalidate_recordset(["state", "state_reason"])

    def _allows_loopback(self):
        self.ensure_one()
        return self.environment in LOCAL_ENVIRONMENTS

    def _as_bot(self):
        """Return self as the bot user in the backend's company, without trackers."""
        self.ensure_one()
        return (
            self.with_user(self.bot_user_id)
            .with_company(self.company_id)
            .with_context(
                allowed_company_ids=self.company_id.ids,
                lang=self.bot_user_id.sudo().lang,
                tracking_disable=True,
                mail_notrack=True,
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                hub_backend_id=self.id,
            )
        )
