# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

#: more than the priorities of flows differ by
LANE_STEP = 100


class HubFlow(models.Model):
    """Who works when there are more lanes with work than workers.

    A drain makes room after each batch when a job of another flow waits: its own goes
    on behind that one, whatever their priorities, so nobody waits for more than a
    batch. Alone, it goes on by itself, which takes few jobs. A share keeps workers free
    in advance.
    """

    _inherit = "hub.flow"

    share = fields.Integer(
        "Lanes at Once",
        default=0,
        help="How many lanes of this flow may be at work at the same time. Set it on"
        " flows with much work that is not urgent: the other workers stay free for"
        " other flows. 0: all of them.",
    )

    _share = models.Constraint(
        "CHECK(share >= 0)", "The number of lanes at once cannot be negative."
    )

    def _passed_on_to(self):
        """Return the priority (> 0) of the last job of others that waits, or None.

        Jobs in other channels count as well: unless all of the channels are
        configured, they share workers with this one.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT max(greatest(priority, 1)) FROM queue_job
                 WHERE state = 'pending' AND channel LIKE 'root.hub%%'
                   AND (eta IS NULL OR eta <= %(now)s)
                   AND identity_key LIKE 'hub.%%'
                   AND identity_key !~ %(own)s
                """,
                now=self.env["hub.lane"]._now(),
                own=rf"^hub\.[a-z]+\.{self.id}(\.|$)",
            )
        )
        return self.env.cr.fetchone()[0]

    def _takes_turns(self):
        """Return whether lanes of this flow wait for each other."""
        return 0 < self.share < self.lane_count

    def _may_start(self):
        """Return whether one more lane may get to work.

        If not, whoever works now wakes the lane that waits when he ends.
        """
        if not self._takes_turns():
            return True
        return self.env["hub.lane"]._count_busy(self.id) < self.share

    def _places_left(self, most):
        """Return how many more lanes may get to work, at most ``most``.

        An estimate: two workers that look at the same moment may both start.
        """
        return min(max(self.share - self._count_at_work(), 0), most)

    def _rank(self, place, behind=None):
        """Return the priority of the job of one more lane.

        Each flow gets its first lane before any gets a second one: the many lanes of a
        backlog do not add up to a queue in front of a single order.

        :param place: how many lanes of this flow are at work or about to be
        :param behind: priority of jobs that go first
        """
        return max(self.priority + place * LANE_STEP, behind or 0)

    def _count_at_work(self):
        """Return how many lanes are drained, or will be as soon as there is room."""
        domain = [
            ("identity_key", "=like", f"{self._drain_key('')}%"),
            ("state", "in", ["pending", "enqueued"]),
        ]
        waiting = self.env["queue.job"].sudo().search_count(domain)
        return waiting + self.env["hub.lane"]._count_busy(self.id)
