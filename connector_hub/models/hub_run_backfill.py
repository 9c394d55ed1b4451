# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timezone

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..documents import version_key

VERSION = "%Y-%m-%dT%H:%M:%S.%fZ"
#: seconds before a reading that failed is tried again: the first and the longest
RETRY_FIRST, RETRY_LONGEST = 30, 1800
#: messages that a cancelled run gives up in one transaction
SKIPPED_AT_ONCE = 20_000


class HubRun(models.Model):
    """A backfill: one reading of a window, or of everything, beside the fresh changes.

    Its cursor is its own, moves with each page in the page's transaction, and is where
    it goes on after a stop, whatever stopped it.
    """

    _inherit = "hub.run"

    window_from = fields.Datetime("Changed From", readonly=True)
    window_to = fields.Datetime("Changed Until", readonly=True)
    force = fields.Boolean(
        "Even Unchanged",
        readonly=True,
        help="Apply every record again, also those that did not change.",
    )
    cursor = fields.Char("Read Up To", readonly=True)
    is_held = fields.Boolean(
        readonly=True, help="Nothing of this run is processed at present."
    )
    tries = fields.Integer(readonly=True, help="Failed readings since the last page.")
    next_attempt_at = fields.Datetime("Tried Again", readonly=True)

    # what every claim looks up
    _held_idx = models.Index("(id) WHERE is_held")
    _reading_idx = models.Index("(flow_id) WHERE state = 'receiving'")

    @api.constrains("window_from", "window_to")
    def _check_window(self):
        for run in self:
            if run.window_from and run.window_to and run.window_from > run.window_to:
                raise ValidationError(
                    self.env._("The window of %s ends before it begins.", run.flow_id)
                )

    # === ACTIONS ===#

    def action_pause(self):
        """Stop reading and processing of these backfills until somebody resumes."""
        self.check_operator()
        runs = self.filtered(
            lambda run: (
                run.kind == "backfill" and run.status in ("receiving", "processing")
            )
        )
        runs.sudo().write({"state": "paused", "is_held": True})

    def action_resume(self):
        """Go on where these backfills stopped."""
        self.check_operator()
        for run in self.sudo().filtered(lambda run: run.kind == "backfill"):
            if run.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%s was cancelled. Start a new backfill.", run.display_name
                    )
                )
            if run.state in ("paused", "failed"):
                run._take_up()

    def action_cancel(self):
        """Stop reading; a backfill also gives up what waits to be processed."""
        backfills = self.filtered(lambda run: run.kind == "backfill")
        self.check_operator()
        backfills.sudo().filtered(
            lambda run: run.status in ("waiting", "receiving", "paused", "processing")
        )._cancel_backfill()
        return super(HubRun, self - backfills).action_cancel()

    # === BUSINESS METHODS ===#

    def _begin(self):
        """Start reading; fresh changes come in beside it from now on.

        A flow that has never polled would otherwise read its history twice.
        """
        now = fields.Datetime.now()
        for run in self:
            flow, start = run.flow_id, run.window_from
            is_all = not start or (flow.since and start <= flow.since)
            is_first = flow.direction == "in" and not flow.cursor
            if is_first and is_all and not run.window_to:
                flow.cursor = version_key(_aware(now))
            if flow.state != "running":
                flow._start()
            run.write({"state": "receiving", "started_at": now})
            run._enqueue_backfill()

    def _take_up(self):
        """Go on after a pause or a failure."""
        was_read = self.state == "paused" and self.ended_at
        values = {"is_held": False, "message": False, "tries": 0}
        if was_read:
            values["state"] = "received"
        else:
            values.update(state="receiving", ended_at=False, next_attempt_at=False)
        self.write(values)
        if not was_read:
            self._enqueue_backfill()
        self.env.flush_all()
        self.flow_id._wake_due()

    def _read_on(self, flow):
        """Enqueue the reading of the oldest backfill of a flow that is to be read."""
        own = [*self._readable(), ("flow_id", "=", flow.id)]
        run = self.search(own, order="id", limit=1)
        if run and flow._is_open():
            run._enqueue_backfill()

    @api.model
    def _readable(self):
        return [
            ("kind", "=", "backfill"),
            ("state", "=", "receiving"),
            "|",
            ("next_attempt_at", "=", False),
            ("next_attempt_at", "<=", fields.Datetime.now()),
        ]

    def _cancel_backfill(self):
        self.write(
            {
                "state": "cancelled",
                "is_held": True,
                "ended_at": fields.Datetime.now(),
                "message": self.env._("Cancelled by %s.", self.env.user.name),
            }
        )
        self._enqueue_give_up()

    @api.model
    def _enqueue_give_up(self):
        self.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub.batch",
            identity_key="hub.give_up",
            max_retries=0,
            description=self.env._("Give up what waits of cancelled backfills"),
        )._give_up_cancelled()

    def _enqueue_backfill(self):
        """Enqueue the job that reads on."""
        self.ensure_one()
        flow = self.flow_id
        flow.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub.batch",
            identity_key=f"hub.backfill.{flow.id}.{self.id}.{self._place()}",
            max_retries=0,
            description=self.env._("Backfill: %s", self.flow_id.display_name),
        )._backfill(self.id)
        self.env["hub.flow"]._watch()

    def _note_total(self, count):
        """Remember how many records there are; None: unknown."""
        if count is not None:
            total = self.seen_count + count
            self.write({"total_known": True, "total_count": total})

    def _window(self):
        """Return (since, until), aware UTC or None: what is still to be read."""
        since, until = _aware(self.window_from), _aware(self.window_to)
        if self.cursor:
            since = datetime.strptime(self.cursor, VERSION).replace(tzinfo=timezone.utc)
        return since, until

    def _moved_to(self, moment):
        """Note how far was read; never back."""
        cursor = version_key(moment) if moment else ""
        if cursor > (self.cursor or ""):
            self.cursor = cursor

    def _postpone(self, error):
        """Read on later; what was read stays."""
        self.tries += 1
        pause = min(RETRY_LONGEST, RETRY_FIRST * 2 ** (self.tries - 1))
        seconds = max(pause, getattr(error, "seconds", 0))
        due = fields.Datetime.add(fields.Datetime.now(), seconds=seconds)
        self.write({"next_attempt_at": due, "message": error.text})

    @api.model
    def _sweep(self):
        """Every minute: go on with backfills that died or that may try again."""
        for run in self.search(self._readable(), order="id"):
            if run.flow_id._is_open() and run.flow_id._may_read_backfill():
                run._enqueue_backfill()
        if self.search_count([("is_held", "=", True), ("state", "=", "cancelled")]):
            self._enqueue_give_up()

    @api.model
    def _give_up_cancelled(self):
        """Settle what waits of cancelled runs, a part at a time.

        Each part leaves out what a worker has claimed; the next one finds it.
        """
        runs = self.search([("state", "=", "cancelled"), ("is_held", "=", True)])
        if not runs:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message SET state = 'skipped',
                       processed_at = now() AT TIME ZONE 'UTC'
                 WHERE id IN (SELECT id FROM hub_message
                               WHERE run_id = ANY(%s) AND state = 'pending'
                               LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
                """,
                runs.ids,
                SKIPPED_AT_ONCE,
            )
        )
        if self.env.cr.rowcount == SKIPPED_AT_ONCE:
            self._enqueue_give_up()
        self.env.invalidate_all()
        busy = {
            run
            for (run,) in self.env["hub.message"]._read_group(
                [
                    ("run_id", "in", runs.ids),
                    ("state", "in", ("pending", "processing")),
                ],
                ["run_id"],
            )
        }
        for run in runs:
            if run not in busy:
                run.is_held = False


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc) if moment else None
