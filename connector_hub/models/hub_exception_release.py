# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL

from ..cursor import read_committed


class HubException(models.Model):
    """Held orders are the problem of who decides about that kind of hold."""

    _inherit = "hub.exception"

    @api.model
    def _file_failures(self, message_ids=None):
        result = super()._file_failures(message_ids)
        which = (
            SQL("TRUE")
            if message_ids is None
            else SQL("m.id = ANY(%s)", list(message_ids))
        )
        # whom a person has given it to keeps it
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE hub_exception e SET user_id = r.owner_id
                      FROM hub_message m
                      JOIN hub_release_rule r
                        ON m.error_code = 'release_' || r.kind
                       AND r.backend_id = m.backend_id AND r.owner_id IS NOT NULL
                      JOIN hub_flow f ON f.id = m.flow_id
                     WHERE m.exception_id = e.id AND m.state = 'failed'
                       AND e.state = 'open' AND %s
                       AND e.user_id IS NOT DISTINCT FROM f.technical_owner_id
                       AND e.user_id IS DISTINCT FROM r.owner_id
                    """,
                    which,
                )
            )
        self.invalidate_model(["user_id"])
        return result
