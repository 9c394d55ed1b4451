# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..cursor import read_committed

#: entries that are sealed, or verified, at once
CHUNK = 1000
#: what a digest covers, besides the number and the digest before it
COLUMNS = SQL(
    "id, to_char(moment, 'YYYY-MM-DD HH24:MI:SS'), user_id, user_name, company_id,"
    " kind, res_model, res_id, name, detail"
)


class HubAudit(models.Model):
    """Who changed what: append-only, and hash-chained.

    An entry is an INSERT of the transaction it tells about, so that neither exists
    without the other and nobody waits. The sweeper seals entries later: each gets the
    next number and a digest over its content and the digest before it. Whoever changes
    or removes a sealed entry, past the trigger that forbids it, breaks the chain.
    """

    _name = "hub.audit"
    _description = "Integration Audit Entry"
    _order = "id desc"

    name = fields.Char("What Happened", required=True, readonly=True)
    moment = fields.Datetime("When", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Who", required=True, readonly=True, ondelete="restrict"
    )
    user_name = fields.Char("Name Then", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("config", "Configuration"),
            ("credential", "Credentials"),
            ("replay", "Replay"),
            ("edit", "Payload Edit"),
            ("approval", "Approval"),
            ("operation", "Operation"),
        ],
        required=True,
        readonly=True,
    )
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    detail = fields.Text(readonly=True, help="JSON; secrets are never in it.")
    number = fields.Integer(
        readonly=True, help="Place in the chain; given when the entry is sealed."
    )
    digest = fields.Char(readonly=True)

    _number_uniq = models.UniqueIndex("(number) WHERE number IS NOT NULL")
    _unsealed_idx = models.Index("(id) WHERE number IS NULL")
    _record_idx = models.Index("(res_model, res_id)")

    def init(self):
        """Forbid everything but the sealing, also to those who have a console."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION hub_audit_guard() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' AND OLD.digest IS NULL
                   AND to_jsonb(NEW) - ARRAY['number', 'digest']
                     = to_jsonb(OLD) - ARRAY['number', 'digest'] THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'The integration audit log is append-only.';
            END $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS hub_audit_guard ON hub_audit;
            CREATE TRIGGER hub_audit_guard BEFORE UPDATE OR DELETE ON hub_audit
               FOR EACH ROW EXECUTE FUNCTION hub_audit_guard();
            """
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Nobody changes what the audit log says."))

    @api.ondelete(at_uninstall=False)
    def _refuse_to_forget(self):
        raise UserError(self.env._("Nobody removes what the audit log says."))

    # === BUSINESS METHODS ===#

    @api.private
    def note(self, kind, name, record=None, **detail):
        """Append an entry in this transaction.

        :param name: the sentence people read
        :param record: what it is about
        :param detail: what else is worth knowing; never a secret
        """
        record = record[:1] if record is not None else self.env["hub.backend"]
        company = record.sudo().company_id if "company_id" in record else False
        self.sudo().create(
            {
                "name": name,
                "kind": kind,
                "moment": fields.Datetime.now(),
                "user_id": self.env.uid,
                "user_name": self.env.user.name,
                "company_id": company and company.id,
                "res_model": record and record._name,
                "res_id": record.id,
                "detail": detail
                and json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
            }
        )

    @api.model
    def _seal(self):
        """Chain what was appended since; one worker at a time.

        In the order of the ids as far as they are visible: an entry whose transaction
        ends late is sealed later, and loses nothing by it.
        """
        with read_committed(self.env.registry) as cr:
            cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('hub.audit'))")
            if not cr.fetchone()[0]:
                return 0
            number, digest = self._head(cr)
            cr.execute(
                SQL(
                    "SELECT %s FROM hub_audit WHERE number IS NULL"
                    " ORDER BY id LIMIT %s",
                    COLUMNS,
                    CHUNK,
                )
            )
            rows = []
            for content in cr.fetchall():
                number += 1
                digest = _digest(number, digest, content)
                rows.append((content[0], number, digest))
            if rows:
                ids, numbers, digests = map(list, zip(*rows, strict=True))
                cr.execute(
                    SQL(
                        "UPDATE hub_audit a SET number = s.number, digest = s.digest"
                        " FROM unnest(%s::int[], %s::int[], %s::text[])"
                        " AS s(id, number, digest) WHERE a.id = s.id",
                        ids,
                        numbers,
                        digests,
                    )
                )
        self.invalidate_model(["number", "digest"])
        return len(rows)

    def _head(self, cr):
        cr.execute(
            "SELECT number, digest FROM hub_audit WHERE number IS NOT NULL"
            " ORDER BY number DESC LIMIT 1"
        )
        return cr.fetchone() or (0, "")

    @api.private
    def find_break(self):
        """Return (number, why) where the chain breaks, or (None, how many are fine)."""
        number, digest = 0, ""
        while True:
            rows = self.env.execute_query(
                SQL(
                    "SELECT number, digest, %s FROM hub_audit WHERE number > %s"
                    " ORDER BY number LIMIT %s",
                    COLUMNS,
                    number,
                    CHUNK,
                )
            )
            if not rows:
                return None, number
            for found, sealed, *content in rows:
                number += 1
                if found != number:
                    return number, self.env._("Entry %s is missing.", number)
                digest = _digest(number, digest, content)
                if digest != sealed:
                    return number, self.env._(
                        "Entry %s is not what was sealed.", number
                    )

    def action_verify(self):
        """Tell whether the chain is whole; for auditors."""
        self.browse().check_access("read")
        self._seal()
        number, found = self.find_break()
        if number:
            text = self.env._("The chain is broken: %s", found)
        else:
            text = self.env._("All %s entries are as they were sealed.", found)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if number else "success",
                "sticky": bool(number),
                "title": self.env._("Audit Log"),
                "message": text,
            },
        }


def _digest(number, before, content):
    text = json.dumps([number, before, *content], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
