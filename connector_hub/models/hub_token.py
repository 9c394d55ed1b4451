# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed

#: seconds before its end at which a token is no longer used
SAFETY = 600
#: first key of the advisory lock that lets one worker renew at a time
LOCK_CLASS = 0x48554254


class HubToken(models.Model):
    """The short-lived access token of a backend, shared by all workers.

    In a table of its own: it is renewed in the middle of other work, and must not
    collide with what that work writes on the backend.
    """

    _name = "hub.token"
    _description = "Access Token of an Integration Backend"

    backend_id = fields.Many2one("hub.backend", required=True, ondelete="cascade")
    value = fields.Char(required=True, groups="base.group_system")
    expires_at = fields.Datetime(required=True)

    _backend_uniq = models.Constraint(
        "UNIQUE(backend_id)", "A backend has one access token."
    )

    @api.private
    def obtain(self, backend, ask, refused=""):
        """Return a valid token; of many workers one asks the remote system.

        :param ask: returns (token, seconds it lives); called when there is no valid one
        :param refused: a token the remote system did not accept
        """
        with read_committed(self.env.registry) as cr:
            token = self._valid(cr, backend, refused)
            if token:
                return token
            cr.execute(
                SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK_CLASS, backend.id)
            )
            token = self._valid(cr, backend, refused)
            if token:
                return token
            token, seconds = ask()
            self._store(cr, backend, token, seconds)
            return token

    @api.private
    def forget(self, backends):
        """Drop the tokens of backends whose credentials changed."""
        self.sudo().search([("backend_id", "in", backends.ids)]).unlink()

    def _valid(self, cr, backend, refused):
        cr.execute(
            SQL(
                "SELECT value FROM hub_token WHERE backend_id = %s AND value <> %s"
                " AND expires_at > %s + make_interval(secs => %s)",
                backend.id,
                refused,
                self.env["hub.lane"]._now(),
                SAFETY,
            )
        )
        row = cr.fetchone()
        return row and row[0]

    def _store(self, cr, backend, token, seconds):
        cr.execute(
            SQL(
                """
                INSERT INTO hub_token (backend_id, value, expires_at)
                VALUES (%(backend)s, %(token)s,
                        %(now)s + make_interval(secs => %(seconds)s))
                    ON CONFLICT (backend_id) DO UPDATE
                   SET value = excluded.value, expires_at = excluded.expires_at
                """,
                backend=backend.id,
                token=token,
                now=self.env["hub.lane"]._now(),
                seconds=seconds,
            )
        )
