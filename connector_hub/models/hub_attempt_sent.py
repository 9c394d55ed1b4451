# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL

from ..documents import Departure
from .hub_attempt import unpacked


class HubAttempt(models.Model):
    """What remote records may hold by now of what they are being told."""

    _inherit = "hub.attempt"

    @api.private
    def sent_to(self, backend, document, remote_ids):
        """Return {remote id: {path: value}} of tries whose outcome is not known.

        Until it is, the last known state is the one before them: a remote that tells
        what it was told would seem to have changed it.
        """
        flows = backend.flow_ids.filtered(
            lambda flow: flow.direction == "out" and flow.document == document
        )
        if not flows:
            return {}
        # by the index of what is under way, which is little
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (m.remote_id) m.remote_id, a.request
                  FROM hub_message m
                  JOIN hub_attempt a ON a.message_id = m.id
                   AND a.idempotency_key = m.idempotency_key
                 WHERE m.flow_id = ANY(%s) AND m.idempotency_key IS NOT NULL
                   AND m.state IN ('pending', 'processing', 'in_doubt')
                   AND m.remote_id = ANY(%s)
              ORDER BY m.remote_id, a.id DESC
                """,
                flows.ids,
                list(remote_ids),
            )
        )
        return {
            remote_id: _sent(request) for remote_id, request in self.env.cr.fetchall()
        }


def _sent(request):
    content = unpacked(request)
    if content["action"] == "archive":
        return {"status": Departure.ARCHIVED.value}
    return {path: new for path, (_old, new) in content["changed"].items()}
