# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

VERDICTS = [
    ("waiting", "Not Yet Compared"),
    ("agrees", "Agrees"),
    ("differs", "Differs"),
    ("missing", "Missing in Odoo"),
    ("error", "Would Fail"),
    ("outdated", "Changed Again"),
]


class HubMessage(models.Model):
    """A message that was only tried, and how it compares with what happened."""

    _inherit = "hub.message"

    state = fields.Selection(
        selection_add=[("shadow", "Only Tried")], ondelete={"shadow": "cascade"}
    )
    shadow_verdict = fields.Selection(VERDICTS, "Comparison", readonly=True)
    compare_at = fields.Datetime("Compared On", readonly=True)
    change_ids = fields.One2many("hub.change", "message_id", "Would Be Written")

    _shadow_idx = models.Index(
        "(flow_id, shadow_verdict, compare_at) WHERE state = 'shadow'"
    )

    def action_open_changes(self):
        """Open what these messages would write, and what is there instead."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_change_action"
        )
        return {
            **action,
            "name": self.env._("Comparison"),
            "domain": [("message_id", "in", self.ids)],
            "context": {"shadow": True},
        }

    @api.private
    def store_tried(self, flow, tasks, changes):
        """Store what tasks would write, and settle them as only tried."""
        tried = [task for task in tasks if task.external_id in changes]
        ids = {task.external_id: task.message_id for task in tried}
        self.env.cr.execute(
            SQL("DELETE FROM hub_change WHERE message_id = ANY(%s)", list(ids.values()))
        )
        names = {task.external_id: task.name for task in tried}
        self.env["hub.change"].store(flow, changes, names, message_ids=ids)
        self._plan_comparison(flow, ids, changes)
        for task in tried:
            task.settle("shadow")
            # what a transaction that was undone had made has an id no more
            task.res_model = task.res_id = None

    def _plan_comparison(self, flow, ids, changes):
        """Say when it is compared; that it would fail is a verdict by itself."""
        failed = [
            message_id
            for external_id, message_id in ids.items()
            if changes[external_id][0]["operation"] == "error"
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message
                   SET compare_at = (now() AT TIME ZONE 'UTC')
                                    + make_interval(mins => %s),
                       shadow_verdict = CASE WHEN id = ANY(%s) THEN 'error'
                                        ELSE 'waiting' END
                 WHERE id = ANY(%s)
                """,
                flow.shadow_minutes,
                failed,
                list(ids.values()),
            )
        )
