# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

#: records of a subject shown to who answers, by model
SHOWN = ("res.partner", "sale.order", "stock.picking", "account.move")
#: links worked on at once when everything of an account is erased
CHUNK = 500


class HubPrivacyRequest(models.Model):
    """What a remote system asks for in a person's name: tell, or erase, their data.

    Holds remote ids only, and outlives what it had erased: it is the proof.
    """

    _name = "hub.privacy.request"
    _inherit = ["mail.thread", "mail.activity.mixin", "hub.operable"]
    _description = "Request about Personal Data"
    _order = "received_at DESC, id DESC"
    _rec_name = "request_key"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("access", "Tell What Is Kept"),
            ("erase", "Erase a Customer"),
            ("erase_all", "Erase Everything"),
        ],
        required=True,
        readonly=True,
    )
    request_key = fields.Char("Request", required=True, readonly=True)
    account = fields.Char("Concerns", readonly=True)
    customer_ref = fields.Char("Customer There", readonly=True)
    order_refs = fields.Json("Orders There", readonly=True)
    state = fields.Selection(
        [("new", "Received"), ("todo", "To Do"), ("done", "Done")],
        required=True,
        default="new",
        readonly=True,
        tracking=True,
    )
    result = fields.Text(readonly=True)
    received_at = fields.Datetime(
        readonly=True, required=True, default=fields.Datetime.now
    )
    due_on = fields.Date(
        readonly=True,
        help="Requests about personal data are to be answered within 30 days.",
    )
    done_at = fields.Datetime(readonly=True)

    _request_uniq = models.Constraint(
        "UNIQUE(backend_id, request_key)", "This request is known already."
    )
    _state_idx = models.Index("(state) WHERE state = 'new'")

    # === ACTIONS ===#

    def action_carry_out(self):
        """Try again what could not be erased, once the objections are gone."""
        self.check_operator()
        self.sudo()._carry_out()
        return True

    def action_done(self):
        """Note that a person has answered, or has decided what else is to be done."""
        self.check_operator()
        for request in self.sudo():
            request._settle("done", request.result)
        return True

    # === BUSINESS METHODS ===#

    @api.model
    def _cron_carry_out(self):
        """Carry out what arrived; a job has usually done so at once."""
        for request in self.search([("state", "=", "new")], limit=50, order="id"):
            # each by itself: one that cannot be carried out holds up no other
            request._enqueue()

    def _enqueue(self):
        self.with_delay(
            channel="root.hub.default",
            identity_key=f"hub.privacy.{self.id}",
            description=self.env._("Personal data: %s", self.request_key),
        )._carry_out()

    def _carry_out(self):
        for request in self:
            # two workers must not erase the same at once
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM hub_privacy_request WHERE id = %s"
                    " FOR NO KEY UPDATE SKIP LOCKED",
                    request.id,
                )
            )
            if self.env.cr.rowcount:
                getattr(request, f"_carry_out_{request.kind}")()

    def _carry_out_access(self):
        """Say what is kept, for a person to answer with."""
        eraser = self.env["hub.eraser"]
        if self.customer_ref:
            subjects = eraser.find(
                self.backend_id, "customer", [self.customer_ref], everything=True
            )
        else:
            subjects = eraser.find(self.backend_id, "order", self.order_refs or [])
        lines = [self.env._("Messages: %s", len(subjects.message_ids))]
        for model in SHOWN:
            records = self.env[model].sudo().with_context(active_test=False)
            for record in records.browse(sorted(subjects.records.get(model, ()))):
                lines.append(f"{record._description}: {record.display_name}")
        self._settle("todo", "\n".join(lines))

    def _carry_out_erase(self):
        backend = self.backend_id
        counts = []
        if self.customer_ref:
            counts.append(
                backend.erase_personal_data(
                    "customer", [self.customer_ref], anonymise=True
                )
            )
        if self.order_refs:
            counts.append(backend.erase_personal_data("order", self.order_refs))
        if not counts:
            self._settle("todo", self.env._("It does not say whom it is about."))
            return
        self._settle_erasure(counts)

    def _carry_out_erase_all(self):
        """Erase everybody of the account from the hub; Odoo's books stay."""
        counts = []
        for entity in ("customer", "order"):
            binding = self.backend_id._binding_models().get(entity)
            if not binding:
                continue
            rows = self.env[binding].sudo().with_context(active_test=False)
            found = rows.search_fetch(
                [("backend_id", "=", self.backend_id.id)], ["external_id"]
            )
            ids = found.mapped("external_id")
            for start in range(0, len(ids), CHUNK):
                chunk = ids[start : start + CHUNK]
                counts.append(self.backend_id.erase_personal_data(entity, chunk))
        # what never became a record, or is about companies, deliveries, refunds
        counts += self.backend_id._erase_rest()
        self._settle_erasure(counts)

    def _settle_erasure(self, counts):
        """Note what was erased; what a worker held is erased with the next run."""
        lines = [
            self.env._("%(count)s %(what)s erased", count=total, what=name)
            for name in ("messages", "payloads", "contacts")
            if (total := sum(count[name] for count in counts))
        ]
        kept = [reason for count in counts for reason in count["kept"]]
        lines += kept
        if any(count["busy"] for count in counts):
            lines.append(
                self.env._("Some messages are being processed; to be repeated.")
            )
            self.write({"result": "\n".join(lines)})
            return
        text = "\n".join(lines) or self.env._("Nothing was kept about them.")
        self._settle("todo" if kept else "done", text)

    def _settle(self, state, result):
        now = fields.Datetime.now()
        self.write(
            {
                "state": state,
                "result": result,
                "done_at": now if state == "done" else False,
            }
        )
        text = self.env._(
            "%(backend)s asked: %(kind)s (%(request)s). %(state)s.",
            backend=self.backend_id.name,
            kind=dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            request=self.request_key,
            state=dict(self._fields["state"]._description_selection(self.env))[state],
        )
        self.env["hub.audit"].note("operation", text, self.backend_id)
        if state == "done":
            self.activity_unlink(["mail.mail_activity_data_todo"])
        elif not self.activity_ids:
            self._ask_owner()

    def _ask_owner(self):
        owner = self.backend_id._technical_owner()
        if owner:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.due_on,
                summary=self.env._("Answer a request about personal data"),
                note=self.result,
                user_id=owner.id,
            )
