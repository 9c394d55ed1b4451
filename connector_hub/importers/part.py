# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

#: until a page of changes that was read is stored at the latest
PAGE = timedelta(minutes=1)


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

    # === PARTS THAT ARE LEFT OUT ===#

    @api.private
    def _left_out(self, tasks, links):
        """Return those links that documents leave out because the parts are gone.

        Odoo itself may have made a part after a document was read: it could not name
        it. The news of it is on its way.

        :param links: of a record of ``tasks``, or of one below it
        """
        asked = self._asked_at(tasks) if links else {}
        return links.filtered(
            lambda link: any(
                link.create_date <= asked[partner.id]
                for partner in link.odoo_id | link.odoo_id.parent_id
                if partner.id in asked
            )
        )

    def _asked_at(self, tasks):
        """Return {id of a task's record: a moment before its document was read}."""
        asked = {task.res_id: task.asked_at for task in tasks if task.asked_at}
        stored = {task.message_id: task.res_id for task in tasks if not task.asked_at}
        rows = stored and self.env.execute_query(
            SQL(
                "SELECT message_id, max(create_date) FROM hub_payload"
                " WHERE message_id = ANY(%s) GROUP BY message_id",
                list(stored),
            )
        )
        asked.update((stored[key], moment - PAGE) for key, moment in rows or ())
        return asked
