# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

OPERATIONS = [
    ("create", "Create"),
    ("write", "Change"),
    ("delete", "Delete"),
    ("link", "Link"),
    ("nothing", "Nothing"),
    ("error", "Fail"),
]


class HubChange(models.Model):
    """What a dry run would do: one line per field of a record."""

    _name = "hub.change"
    _inherit = ["hub.of.record"]
    _description = "Change in a Dry Run"
    _order = "id"
    _rec_name = "subject"

    run_id = fields.Many2one("hub.run", ondelete="cascade", index="btree_not_null")
    message_id = fields.Many2one(
        "hub.message", ondelete="cascade", index="btree_not_null"
    )
    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade", index=True)
    backend_id = fields.Many2one(related="flow_id.backend_id")
    company_id = fields.Many2one("res.company", required=True)
    external_id = fields.Char("Remote ID", required=True)
    name = fields.Char("Remote Record")
    operation = fields.Selection(OPERATIONS, required=True)
    is_head = fields.Boolean(help="The first line of a record.")
    subject = fields.Char("Record", help="The Odoo record, with its kind.")
    res_model = fields.Char("Odoo Model")
    res_id = fields.Many2oneReference("Odoo Record", model_field="res_model")
    record_name = fields.Char("Odoo Record Name")
    field_name = fields.Char("Technical Field")
    field_label = fields.Char("Field")
    old_value = fields.Text("In Odoo Now")
    new_value = fields.Text("Would Be")
    note = fields.Text()

    @api.private
    def store(self, flow, changes, names, run=None, message_ids=None):
        """Store what ``hub.trial`` found.

        :param changes: {external id: [values]}
        :param names: {external id: what people call the remote record}
        :param message_ids: {external id: message}
        """
        env = self.env(context={"lang": flow.backend_id.bot_user_id.lang})
        return self.sudo().create(
            [
                {
                    **values,
                    "run_id": run.id if run else False,
                    "message_id": (message_ids or {}).get(external_id, False),
                    "flow_id": flow.id,
                    "company_id": flow.company_id.id,
                    "external_id": external_id,
                    "name": names.get(external_id) or external_id,
                    "subject": _subject(env, values),
                    "field_label": _label(env, values),
                }
                for external_id, rows in changes.items()
                for values in rows
            ]
        )


def _subject(env, values):
    model, name = values["res_model"], values["record_name"]
    if not model:
        return name
    return f"{env['ir.model']._get(model).name}: {name}"


def _label(env, values):
    model, name = values["res_model"], values["field_name"]
    return env[model]._fields[name]._description_string(env) if name else False
