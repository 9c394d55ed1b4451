# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .hub_reconciliation_work import REPAIRED


class HubReconciliation(models.Model):
    """Receiving again what a comparison has found.

    What it lists is asked for at once. Of more than that only the number is known: the
    other side is read once more, in the background, and all that differs is received.
    """

    _inherit = "hub.reconciliation"

    unlisted_count = fields.Integer(
        "Not Listed",
        compute="_compute_unlisted_count",
        help="Differences that were counted only.",
    )

    @api.depends("difference_count", "waiting_count", "line_ids")
    def _compute_unlisted_count(self):
        rows = self.env["hub.reconciliation.line"]._read_group(
            [("reconciliation_id", "in", self.ids)], ["reconciliation_id"], ["__count"]
        )
        listed = {record.id: count for record, count in rows}
        for record in self:
            found = record.difference_count + record.waiting_count
            record.unlisted_count = max(found - listed.get(record.id, 0), 0)

    # === ACTIONS ===#

    def action_repair(self):
        """Receive again what these comparisons found and nobody has asked for.

        :return: the action that shows the comparisons that do so, where there are any
        """
        self.check_operator()
        again = self.browse()
        for record in self.sudo():
            if not record.flow_id._is_open():
                raise UserError(
                    self.env._(
                        "%s does not run. Start it, then repair.", record.flow_id.name
                    )
                )
            if record._is_listed():
                record._repair_listed()
            else:
                again += record._compare_again()
        if not again:
            return True
        return again.sudo(False)._get_records_action(name=self.env._("Comparisons"))

    # === BUSINESS METHODS ===#

    def _is_listed(self):
        """Return whether all that can be received again is on the list."""
        listed = self.line_ids.filtered(lambda line: line.kind in REPAIRED)
        return len(listed) >= self.missing_count + self.outdated_count

    def _repair_listed(self):
        lines = self.line_ids.filtered(
            lambda line: line.kind in REPAIRED and not line.repaired
        )
        rows = [(line.external_id, line.remote_version) for line in lines]
        self.flow_id._wake(self._receive_again(rows))
        lines.repaired = True

    def _compare_again(self):
        """Begin a comparison of the same window that receives what it finds."""
        flow = self.flow_id
        if self.search_count(
            [("flow_id", "=", flow.id), ("run_id.state", "=", "receiving")], limit=1
        ):
            raise UserError(
                self.env._(
                    "%s is being compared right now. Wait until that is done, then"
                    " repair.",
                    flow.display_name,
                )
            )
        return flow._begin_comparison(self.window_from, repair=True)
