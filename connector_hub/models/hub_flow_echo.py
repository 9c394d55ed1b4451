# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import SQL, ormcache

from ..exceptions import NotYet

#: minutes for which a creation under way holds up the news of it
CREATION_MINUTES = 15


#: an outbound message ``m`` of which it is open what it does there
UNDER_WAY = SQL(
    """
    m.idempotency_key IS NOT NULL
    AND m.state IN ('pending', 'processing', 'in_doubt')
    -- what is still being looked for may take as long as it likes
    AND (m.state = 'in_doubt' AND m.next_attempt_at IS NOT NULL
         OR EXISTS (
        SELECT 1 FROM hub_attempt a
         WHERE a.message_id = m.id
           AND a.started_at > now() AT TIME ZONE 'UTC' - make_interval(mins => %s)))
    """,
    CREATION_MINUTES,
)


class HubFlow(models.Model):
    """News of records that Odoo itself is just creating in the remote system.

    The notification may be faster than the answer to the creation: until that is
    stored, the record would look like somebody else's and get a twin in Odoo.
    """

    _inherit = "hub.flow"

    def _await_creations(self, tasks):
        """Put off records nobody knows while creations of their kind are under way."""
        twin = self._twin_id()
        tasks = [task for task in tasks if task.is_open]
        if not twin or not tasks or not self._is_creating(twin):
            return
        binder = self.backend_id.binder(self.document)
        known = binder.states_many(task.external_id for task in tasks)
        for task in tasks:
            if task.external_id not in known:
                task.error = NotYet(
                    self.env._(
                        "%s may be a record that Odoo is creating there right now.",
                        task.name or task.external_id,
                    ),
                    code="creating",
                )

    @ormcache("self.id")
    def _twin_id(self):
        """Return the id of the flow that takes the same documents out, if it works."""
        twins = self.backend_id.flow_ids.filtered(
            lambda flow: (
                flow.direction == "out"
                and flow.document == self.document
                and flow.state != "stopped"
            )
        )
        return twins[:1].id

    def _is_creating(self, twin):
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT 1 FROM hub_message m
                     WHERE m.flow_id = %s AND m.remote_id IS NULL AND %s
                     LIMIT 1
                    """,
                    twin,
                    UNDER_WAY,
                )
            )
        )

    def _await_updates(self, tasks):
        """Put off records while Odoo may be adding parts to them there.

        The parts would look like somebody else's, and get twins in Odoo.
        """
        tasks = [task for task in tasks if task.is_open]
        # asked of the class: an environment of the bot costs too much
        importer = self.env.get(f"hub.importer.{self.document}")
        adds = getattr(importer, "_parts_of_ours", False)
        if not tasks or not adds or not self._twin_id():
            return
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT m.remote_id FROM hub_message m
                 WHERE m.flow_id = %s AND m.remote_id = ANY(%s) AND %s
                """,
                self._twin_id(),
                [task.external_id for task in tasks],
                UNDER_WAY,
            )
        )
        busy = {row[0] for row in rows}
        for task in tasks:
            if task.external_id in busy:
                task.error = NotYet(
                    self.env._(
                        "%s is being changed there by Odoo right now.",
                        task.name or task.external_id,
                    ),
                    code="changing",
                )
