# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..exceptions import BusinessRuleError


class ImporterBase(models.AbstractModel):
    """Remote records that were merged into another one: their links follow.

    Several remote ids may stand for one Odoo record. Two Odoo records are never made
    one without a person.
    """

    _inherit = "hub.importer.base"

    def _follow(self, flow, binder, task, state, survivor):
        """Point the link of a merged record at the one it lives on as.

        :param state: BindingState of the record that is gone, or None
        :param survivor: BindingState of the one it was merged into, or None
        """
        self._look_at_survivor(flow, task)
        if not state:
            return task.settle("skipped")
        if survivor and survivor.record != state.record:
            task.error = self._merged_there(flow, task, state, survivor)
            return None
        gone = binder.model.sudo().browse(state.binding_id)
        if survivor:
            gone.deleted_at = self.env.cr.now()
        else:
            self._take_over(binder, task, gone)
        self.env["hub.snapshot"].forget(
            flow.backend_id, flow.document, [task.external_id]
        )
        return task.settle("done", state.record)

    def _take_over(self, binder, task, gone):
        """Let the survivor have the link; the old id stays as an alias of it."""
        record = gone.odoo_id
        gone.write(
            {"external_id": task.survivor, "version": False, "content_hash": False}
        )
        gone.flush_recordset()
        binder.bind_many(
            [
                {
                    "external_id": task.external_id,
                    "odoo_id": record.id,
                    "version": task.version or False,
                    "deleted_at": self.env.cr.now(),
                }
            ]
        )

    def _look_at_survivor(self, flow, task):
        """Have the survivor fetched: it may carry what the other one had."""
        self.env["hub.message"].sudo().announce(
            flow, task.survivor, f"merged:{task.message_id}:{task.survivor}"
        )

    def _merged_there(self, flow, task, state, survivor):
        return BusinessRuleError(
            self.env._(
                "%(one)s (%(one_id)s) and %(other)s (%(other_id)s) were merged in"
                " %(backend)s, and are two records in Odoo.",
                one=state.record.display_name,
                one_id=task.external_id,
                other=survivor.record.display_name,
                other_id=task.survivor,
                backend=flow.backend_id.name,
            ),
            title=self.env._(
                "Merge %(one)s and %(other)s? They are one in %(backend)s now.",
                one=state.record.display_name,
                other=survivor.record.display_name,
                backend=flow.backend_id.name,
            ),
            remedy=self.env._(
                "Merge the two Odoo records, let the link follow and keep both, or"
                " keep both and forget the old link."
            ),
            code="merged_there",
            value=task.survivor,
        )
