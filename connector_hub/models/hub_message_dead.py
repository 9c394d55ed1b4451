# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import copy

from odoo import fields, models


class HubMessage(models.Model):
    """Messages that nobody tries any more."""

    _inherit = "hub.message"

    dead_letter = fields.Boolean(
        readonly=True,
        help="Given up: it failed at every try the flow allows, each time for a reason"
        " that might have healed by itself.",
    )

    _dead_idx = models.Index("(backend_id, id) WHERE dead_letter")


class HubFlow(models.Model):
    _inherit = "hub.flow"

    def _given_up(self, error, attempts):
        """Return the error of the last try as what people find in the dead letters."""
        final = copy.copy(error)
        final.title = self.env._(
            "%(flow)s: given up after %(count)s tries. %(error)s",
            flow=self.display_name,
            count=attempts,
            error=error.title or error.message,
        )
        final.remedy = self.env._(
            "Nobody tries it any more. Once the cause is gone, retry: %s", error.remedy
        ).rstrip(" :")
        return final
