# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ImporterPart(models.AbstractModel):
    """One thing that follows when the record of a document is in Odoo.

    A part gets every task whose record is there (``task.res_id``), whatever became of
    the parts before it: it checks itself whether it can do its work already. It writes
    :meth:`_apply`, set-based and repeatable: whatever it did before is found done. It
    may set ``task.error`` for single tasks before its first write for them, and may
    raise: the batch is then repeated in smaller parts. The first error of any part is
    the message's.
    """

    _name = "hub.importer.part"
    _inherit = "hub.importer.base"
    _description = "Follow-Up of Imported Records"

    @api.private
    def follow_up(self, flow, tasks):
        """Do the part's work for those tasks that it concerns."""
        earlier = [(task, task.error) for task in tasks]
        self._isolate(flow, [task for task in tasks if self._concerns(flow, task)])
        for task, error in earlier:
            task.error = error or task.error

    def _concerns(self, flow, task):
        """Return whether there is anything to do; without a query."""
        return True

    def _reopen(self, task):
        # the record stays
        task.error = None

    def _revive(self, flow, tasks):
        # the record's own importer did
        return
