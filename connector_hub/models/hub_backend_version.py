# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
from contextlib import nullcontext
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed
from ..exceptions import SchemaDrift

#: how long before its end an API version is called to mind
WARNING_DAYS = 60


class HubBackend(models.Model):
    """The version of the remote interface: which one we want, and which one answers."""

    _inherit = "hub.backend"

    api_version = fields.Char(
        "API Version", readonly=True, copy=False, help="The one the connector speaks."
    )
    api_version_served = fields.Char(
        "API Version That Answers", readonly=True, copy=False
    )
    api_supported_until = fields.Date("API Supported Until", readonly=True, copy=False)
    api_checked_on = fields.Date("API Version Checked On", readonly=True, copy=False)

    @api.private
    def note_api_versions(self, adapter, apart=True):
        """Remember what the adapter has seen; once a day, or when it changed.

        Called at the end of remote work; costs one statement, and no remote call.

        :param adapter: the one that was just used
        :param apart: in a transaction of its own; not by who then writes the backend
            himself, and would find it changed under his hands
        """
        self.ensure_one()
        versions = adapter.api_versions()
        if not versions:
            return
        own = nullcontext(self.env.cr)
        with read_committed(self.env.registry) if apart else own as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE hub_backend
                       SET api_version = %(pinned)s,
                           api_version_served =
                               coalesce(%(served)s, api_version_served),
                           api_supported_until = %(until)s, api_checked_on = %(today)s
                     WHERE id = %(id)s
                       AND (api_version, api_version_served, api_supported_until,
                            api_checked_on)
                           IS DISTINCT FROM
                           (%(pinned)s, coalesce(%(served)s, api_version_served),
                            %(until)s::date, %(today)s::date)
                 RETURNING id
                    """,
                    id=self.id,
                    pinned=versions.pinned,
                    served=versions.served or None,
                    until=versions.supported_until,
                    today=fields.Date.today(),
                )
            )
            changed = cr.fetchone()
        if changed:
            self.invalidate_recordset()
            self._judge_api_versions()

    def _judge_api_versions(self):
        """File what is wrong with the version, or resolve what was."""
        problems = list(self._version_problems())
        filed = self.env["hub.exception"].sudo()
        for error in problems:
            filed |= self._file_version_problem(error)
        self.env["hub.exception"].sudo().search(
            [
                ("backend_id", "=", self.id),
                ("category", "=", "version"),
                ("state", "in", ("open", "ack")),
                ("id", "not in", filed.ids),
            ]
        ).write({"state": "resolved"})

    def _version_problems(self):
        served, until = self.api_version_served, self.api_supported_until
        if served and served != self.api_version:
            yield SchemaDrift(
                self.env._(
                    "%(backend)s answered with version %(served)s of its interface"
                    " instead of %(pinned)s. Fields may be missing or mean something"
                    " else.",
                    backend=self.name,
                    served=served,
                    pinned=self.api_version,
                ),
                title=self.env._("Another API version answers"),
                remedy=self.env._("Update the connector to a supported version."),
                code="api_fall_forward",
                value=served,
            )
        elif until and until - timedelta(days=WARNING_DAYS) <= fields.Date.today():
            yield SchemaDrift(
                self.env._(
                    "%(backend)s supports version %(pinned)s of its interface until"
                    " %(until)s only.",
                    backend=self.name,
                    pinned=self.api_version,
                    until=fields.Date.to_string(until),
                ),
                title=self.env._("The API version expires soon"),
                remedy=self.env._("Update the connector before that day."),
                code="api_expiry",
                value=self.api_version,
            )

    def _file_version_problem(self, error):
        """Create or reopen the exception; the technical owner gets an activity."""
        key = f"{self.id}\x1f{error.code}\x1f{error.value}"
        fingerprint = hashlib.sha256(key.encode()).hexdigest()[:32]
        exceptions = self.env["hub.exception"].sudo()
        found = exceptions.search(
            [("backend_id", "=", self.id), ("fingerprint", "=", fingerprint)]
        )
        values = {
            "explanation": error.message,
            "remedy": error.remedy,
            "last_seen": fields.Datetime.now(),
        }
        if found:
            if found.state == "resolved":
                values["state"] = "open"
            found.write(values)
            return found
        found = exceptions.create(self._version_exception(error, fingerprint) | values)
        if found.user_id:
            found.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=error.title,
                note=error.text,
                user_id=found.user_id.id,
            )
        return found

    def _version_exception(self, error, fingerprint):
        is_grave = error.code == "api_fall_forward"
        return {
            "name": error.title,
            "backend_id": self.id,
            "company_id": self.company_id.id,
            "fingerprint": fingerprint,
            "category": "version",
            "severity": "critical" if is_grave else "normal",
            "first_seen": fields.Datetime.now(),
            "user_id": self._technical_owner().id,
        }

    def _technical_owner(self):
        """Return who keeps this backend running: the first flow's technical owner."""
        return self.flow_ids.sudo().technical_owner_id[:1]
