# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..importers.task import Task
from .hub_message import ALWAYS_SENSITIVE, MASK

EDITED = "edited"


class HubPayload(models.Model):
    _inherit = "hub.payload"

    kind = fields.Selection(
        selection_add=[(EDITED, "As Edited")], ondelete={EDITED: "cascade"}
    )


class HubFlow(models.Model):
    _inherit = "hub.flow"

    four_eyes = fields.Boolean(
        "Edits Need Approval",
        help="Another operator must approve an edited payload before it is applied.",
    )


class HubPayloadEdit(models.Model):
    """What a person changed in a payload before it is applied again.

    The original is kept; the edited body becomes a payload of its own. Once it is
    decided only the changes are remembered here, those of sensitive fields masked.
    """

    _name = "hub.payload.edit"
    _inherit = ["hub.operable"]
    _description = "Edit of a Payload"
    _order = "id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one(
        "hub.message", required=True, readonly=True, ondelete="cascade", index=True
    )
    flow_id = fields.Many2one(related="message_id.flow_id")
    company_id = fields.Many2one(related="message_id.company_id", store=True)
    four_eyes = fields.Boolean(related="flow_id.four_eyes")
    reason = fields.Char(help="Why it has to be changed.")
    body = fields.Text("Payload")
    changes = fields.Text(compute="_compute_changes", store=True, readonly=True)
    state = fields.Selection(
        [
            ("draft", "Being Edited"),
            ("waiting", "Waits for Approval"),
            ("applied", "Applied"),
            ("refused", "Refused"),
        ],
        default="draft",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", "Edited By", readonly=True, default=lambda self: self.env.uid
    )
    approver_id = fields.Many2one("res.users", "Decided By", readonly=True)
    may_approve = fields.Boolean(compute="_compute_may_approve")

    @api.depends("body")
    def _compute_changes(self):
        for edit in self.filtered("body"):
            before, after = _parsed(edit._original()), _parsed(edit.body)
            edit.changes = edit._told(_differences(before, after))

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_may_approve(self):
        for edit in self:
            edit.may_approve = (
                edit.state == "waiting" and edit.user_id.id != self.env.uid
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            names = {"message_id", "body", "reason"}
            vals_list = [{n: v[n] for n in names & v.keys()} for v in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and (
            vals.keys() - {"body", "reason"} or self._is_somebody_elses()
        ):
            raise UserError(
                self.env._("Only its author changes an edit, until it is submitted.")
            )
        return super().write(vals)

    def _is_somebody_elses(self):
        return any(e.state != "draft" or e.user_id.id != self.env.uid for e in self)

    # === ACTIONS ===#

    def action_submit(self):
        """Apply the edited payload, or have another operator look at it first."""
        self.ensure_one()
        self.check_operator()
        if self._is_somebody_elses():
            raise UserError(self.env._("Only its author can submit an edit."))
        self._check()
        self._note("edit", self.env._("Payload of %s edited", self._subject()))
        if self.message_id.flow_id.four_eyes:
            self.sudo().state = "waiting"
        else:
            self._apply()
        return {"type": "ir.actions.act_window_close"}

    def action_approve(self):
        """Apply what somebody else has edited."""
        self._check_second_person()
        self._check()
        self._note(
            "approval", self.env._("Edited payload of %s approved", self._subject())
        )
        self._apply()
        return {"type": "ir.actions.act_window_close"}

    def action_refuse(self):
        """Leave the message as it is."""
        self._check_second_person()
        self._note(
            "approval", self.env._("Edited payload of %s refused", self._subject())
        )
        self.sudo().write(
            {"state": "refused", "approver_id": self.env.uid, "body": False}
        )
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS ===#

    def _apply(self):
        message = self.sudo().message_id
        if message.state == "processing":
            raise UserError(
                self.env._("The message is in progress just now. Try in a moment.")
            )
        self.env["hub.payload"].store([(message.id, self.body.encode())], kind=EDITED)
        message.write(
            {
                "state": "pending",
                "attempts": 0,
                "deaths": 0,
                "forced": True,
                "resubmit": True,
                "next_attempt_at": False,
            }
        )
        approver = self.env.uid if self.state == "waiting" else False
        self.sudo().write({"state": "applied", "approver_id": approver, "body": False})
        self.env.flush_all()
        message.flow_id._wake_due()

    def _check_second_person(self):
        self.ensure_one()
        self.check_operator()
        if self.state != "waiting":
            raise UserError(self.env._("This edit does not wait for approval."))
        if self.user_id.id == self.env.uid:
            raise UserError(
                self.env._("Somebody else must approve what you have edited.")
            )

    def _check(self):
        """Refuse what could not be applied anyway, with the reason."""
        if not self.reason:
            raise UserError(self.env._("Say why the payload has to be changed."))
        try:
            payload = json.loads(self.body or "", object_pairs_hook=_unique)
        except (ValueError, RecursionError) as error:
            raise UserError(self.env._("This is not JSON: %s", error)) from error
        if not isinstance(payload, dict):
            raise UserError(self.env._("The payload must be a JSON object."))
        if payload == _parsed(self._original()):
            raise UserError(self.env._("Nothing was changed."))
        flow = self.sudo().message_id.flow_id
        task = Task(self.message_id.id, self.message_id.external_id, payload=payload)
        flow.backend_id.mapper(flow.document).translate(task, flow.revision)
        if task.error:
            raise UserError(task.error.text)

    def _original(self):
        """Return the stored payload that would be applied without the edit."""
        message = self.sudo().message_id
        body = self.env["hub.payload"].newest(message.ids).get(message.id, b"")
        return body.decode("utf-8", "replace")

    def _subject(self):
        return self.message_id.display_name

    def _note(self, kind, text):
        self.env["hub.audit"].note(
            kind, text, self.message_id, reason=self.reason, changes=self.changes
        )

    def _told(self, differences):
        sensitive = self.sudo().message_id.backend_id._sensitive_keys()
        lines = []
        for path, (old, new) in sorted(differences.items()):
            keys = path.split(".")
            if any(k.lower() in sensitive or ALWAYS_SENSITIVE.search(k) for k in keys):
                old, new = (old and MASK), (new and MASK)
            lines.append(f"{path}: {old or '∅'} → {new or '∅'}")
        return "\n".join(lines)


class HubMessage(models.Model):
    _inherit = "hub.message"

    edit_ids = fields.One2many("hub.payload.edit", "message_id", "Edits")

    def action_edit_payload(self):
        """Open the stored payload for a change."""
        self.ensure_one()
        self.check_operator()
        body = self.env["hub.payload"].sudo().newest(self.ids).get(self.id)
        if self.direction != "in" or not body or self.state == "processing":
            raise UserError(
                self.env._("There is no payload of this message to be changed now.")
            )
        edits = self.env["hub.payload.edit"]
        open_edit = edits.search(
            [("message_id", "=", self.id), ("state", "in", ("draft", "waiting"))],
            limit=1,
        )
        edit = open_edit or edits.create(
            {"message_id": self.id, "body": _pretty(body.decode("utf-8", "replace"))}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payload of %s", self.display_name),
            "res_model": edits._name,
            "res_id": edit.id,
            "views": [(False, "form")],
            "target": "new",
        }


def _parsed(text):
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


def _pretty(text):
    content = _parsed(text)
    if content is None:
        return text
    return json.dumps(content, indent=2, ensure_ascii=False)


def _unique(pairs):
    names = [name for name, _value in pairs]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"{sorted(doubled)[0]} is there twice")
    return dict(pairs)


def _differences(before, after, path=""):
    """Return {path: (old, new)} as JSON texts, None for what is not there."""
    if type(before) is type(after) and isinstance(before, dict | list):
        if isinstance(before, list):
            before, after = dict(enumerate(before)), dict(enumerate(after))
        found = {}
        for key in [*before, *(k for k in after if k not in before)]:
            name = f"{path}.{key}" if path else str(key)
            found |= _differences(before.get(key), after.get(key), name)
        return found
    if before == after:
        return {}
    texts = [
        None if value is None else json.dumps(value, ensure_ascii=False)
        for value in (before, after)
    ]
    return {path: tuple(texts)}
