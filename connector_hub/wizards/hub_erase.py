# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import AccessError


class HubErase(models.TransientModel):
    """Asks what to erase, and says what was."""

    _name = "hub.erase"
    _description = "Erase Personal Data"

    email = fields.Char("E-mail")
    backend_ids = fields.Many2many(
        "hub.backend",
        string="Backends",
        default=lambda self: self.env["hub.backend"].search([]),
        required=True,
    )
    anonymise = fields.Boolean(
        "Anonymise the Contact as Well",
        help="Name, addresses and numbers of the contact are emptied, unless it can log"
        " in or has open orders or invoices. Orders and invoices stay.",
    )
    everything = fields.Boolean(
        "Search All Payloads",
        help="Reads every stored payload, which takes minutes for millions of them."
        " Without it, everything is found that led to a record in Odoo, waits, is stuck"
        " or was skipped.",
    )
    result = fields.Text(readonly=True)

    def action_erase(self):
        """Erase, and show what was done."""
        self.ensure_one()
        if not self.env.user.has_group("connector_hub.group_hub_manager"):
            raise AccessError(
                self.env._("Only integration managers may erase personal data.")
            )
        self.backend_ids.check_access("write")
        lines = []
        for backend in self.backend_ids:
            subjects = self.env["hub.eraser"].find_person(
                backend, self.email, self.everything
            )
            subjects.together = self.backend_ids
            counts = backend._erase(subjects, self.anonymise)
            lines += self._lines(backend, counts)
        # not even here
        self.write({"email": False, "result": "\n".join(lines)})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _lines(self, backend, counts):
        yield self.env._(
            "%(backend)s: %(messages)s messages with %(payloads)s payloads,"
            " %(notes)s notes and %(contacts)s contacts erased.",
            backend=backend.name,
            **{
                name: counts[name]
                for name in ("messages", "payloads", "notes", "contacts")
            },
        )
        if counts["busy"]:
            yield self.env._(
                "%(count)s messages are being processed at this moment: erase again in"
                " a minute.",
                count=counts["busy"],
            )
        yield from counts["kept"]
