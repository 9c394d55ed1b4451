# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

#: messages erased at once when everything of a backend is
CHUNK = 1000


class HubBackend(models.Model):
    """Personal data erased on request."""

    _inherit = "hub.backend"

    @api.private
    def erase_personal_data(self, document, external_ids, anonymise=False):
        """Take persons out of the hub's own tables, and out of Odoo when asked.

        Messages keep their states and times, and say who erased them when.

        :param document: what the ids are: "customer", "order", ...
        :param external_ids: ids in the remote system
        :param anonymise: also the contacts in Odoo, where nothing speaks against it
        :return: {what: number of rows, "kept": [why a contact was kept]}
        """
        self.ensure_one()
        subjects = self.env["hub.eraser"].find(self, document, external_ids)
        return self._erase(subjects, anonymise)

    def _erase(self, subjects, anonymise):
        eraser = self.env["hub.eraser"]
        changed, kept = eraser.anonymise(subjects) if anonymise else (0, [])
        counts = eraser.redact(subjects)
        counts.update(contacts=changed, kept=kept)
        note = self._erasure_note(counts)
        self.sudo().message_post(body=note)
        self.env["hub.audit"].note("operation", note, self)
        return counts

    def _erase_rest(self):
        """Erase the messages that are not erased yet, whatever they are about.

        :return: list of what :meth:`erase_personal_data` returns
        """
        counts, last = [], 0
        self.env.flush_all()
        while True:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM hub_message WHERE backend_id = %s"
                    " AND erased_at IS NULL AND id > %s ORDER BY id LIMIT %s",
                    self.id,
                    last,
                    CHUNK,
                )
            )
            if not rows:
                return counts
            last = rows[-1][0]
            subjects = self.env["hub.eraser"].of_messages(self, [r[0] for r in rows])
            counts.append(self._erase(subjects, anonymise=False))

    def _erasure_note(self, counts):
        return self.env._(
            "%(user)s erased the personal data of somebody: %(messages)s messages,"
            " %(payloads)s payloads, %(contacts)s contacts.",
            user=self.env.user.name,
            **{name: counts[name] for name in ("messages", "payloads", "contacts")},
        )


class HubMessage(models.Model):
    _inherit = "hub.message"

    erased_at = fields.Datetime("Personal Data Erased On", readonly=True)
    # no link to the user: deleting one would have to read all messages
    erased_by = fields.Char(readonly=True)
