# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed

#: seconds before its end at which a token is no longer used
SAFETY = 600
#: first key of the advisory lock that lets one worker renew at a time
LOCK_CLASS = 0x48554254
#: a moment at which no token is valid any more
EXPIRED = datetime(2000, 1, 1)


class HubToken(models.Model):
    """The short-lived access token of a backend, shared by all workers.

    In a table of its own: it is renewed in the middle of other work, and must not
    collide with what that work writes on the backend.
    """

    _name = "hub.token"
    _description = "Access Token of an Integration Backend"

    backend_id = fields.Many2one("hub.backend", required=True, ondelete="cascade")
    value = fields.Char(required=True, groups="base.group_system")
    refresh_value = fields.Char(
        "Refresh Token",
        groups="base.group_system",
        help="What the next access token is asked for with, where each answer brings"
        " a new one.",
    )
    expires_at = fields.Datetime(required=True)

    _backend_uniq = models.Constraint(
        "UNIQUE(backend_id)", "A backend has one access token."
    )

    @api.private
    def obtain(self, backend, ask, refused=""):
        """Return a valid token; of many workers one asks the remote system.

        :param ask: called when there is no valid token, with the refresh token that
            came last (empty at first); returns (token, seconds it lives, refresh token
            or empty)
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
            token, seconds, refresh = ask(self._refresh_token(cr, backend))
            # committed before anybody uses it: until then the remote system takes the
            # refresh token before this one as well
            self._store(cr, backend, token, seconds, refresh)
            return token

    @api.private
    def forget(self, backends):
        """Drop the tokens of backends whose credentials changed.

        Refresh tokens stay: nobody could enter the newest one again.
        """
        tokens = self.sudo().search([("backend_id", "in", backends.ids)])
        lasting = tokens.filtered("refresh_value")
        lasting.write({"expires_at": EXPIRED})
        (tokens - lasting).unlink()

    @api.private
    def forget_all(self, backends):
        """Drop refresh tokens as well: a person has entered another one."""
        self.sudo().search([("backend_id", "in", backends.ids)]).unlink()

    def _refresh_token(self, cr, backend):
        cr.execute(
            SQL("SELECT refresh_value FROM hub_token WHERE backend_id = %s", backend.id)
        )
        row = cr.fetchone()
        return (row and row[0]) or ""

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

    def _store(self, cr, backend, token, seconds, refresh):
        cr.execute(
            SQL(
                """
                INSERT INTO hub_token (backend_id, value, expires_at, refresh_value)
                VALUES (%(backend)s, %(token)s,
                        %(now)s + make_interval(secs => %(seconds)s), %(refresh)s)
                    ON CONFLICT (backend_id) DO UPDATE
                   SET value = excluded.value, expires_at = excluded.expires_at,
                       refresh_value = excluded.refresh_value
                """,
                backend=backend.id,
                token=token,
                now=self.env["hub.lane"]._now(),
                seconds=seconds,
                refresh=refresh or None,
            )
        )
