# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResPartner(models.Model):
    """Whether a person wants advertising by e-mail, and since when that is known."""

    _inherit = "res.partner"

    hub_marketing_consent = fields.Selection(
        [("granted", "Granted"), ("refused", "Refused")],
        "E-Mail Marketing",
        copy=False,
        help="Empty: nobody knows. Exchanged with connected systems.",
    )
    hub_consent_date = fields.Datetime("Consent Changed On", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        return super().create(
            [
                {"hub_consent_date": now, **vals}
                if vals.get("hub_marketing_consent")
                else vals
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if "hub_marketing_consent" in vals:
            vals = {"hub_consent_date": fields.Datetime.now(), **vals}
        return super().write(vals)
