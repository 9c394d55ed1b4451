# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..exceptions import AuthError, HubError
from ..importers.keys import TARGETS
from ..importers.task import Task
from .hub_lane import LeaseLost

_logger = logging.getLogger(__name__)

#: the lane that matching leases, so that it is done once at a time
MATCH_LANE = -20


class HubFlow(models.Model):
    """Matching everything there with everything here, before anything is imported."""

    _inherit = "hub.flow"

    match_count = fields.Integer("To Match", compute="_compute_match_count")

    def _compute_match_count(self):
        counts = dict(
            self.env["hub.match"]
            .sudo()
            ._read_group(
                [
                    ("flow_id", "in", self.ids),
                    ("state", "in", ("proposed", "ambiguous")),
                ],
                ["flow_id"],
                ["__count"],
            )
        )
        for flow in self:
            flow.match_count = counts.get(flow, 0)

    # === ACTIONS ===#

    def action_match(self):
        """Read the connected system and propose what belongs together.

        :return: the action that shows the run
        """
        self.ensure_one()
        self.check_operator()
        if self.direction != "in" or self.document not in TARGETS:
            raise UserError(self.env._("%s has nothing to match.", self.display_name))
        if self.backend_id.state == "paused":
            raise UserError(
                self.env._("%s is paused. Resume it first.", self.backend_id.name)
            )
        run = self.env["hub.run"].sudo().create({"flow_id": self.id, "kind": "match"})
        self.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub.batch",
            identity_key=f"hub.match.{self.id}",
            max_retries=0,
            description=self.env._("Match: %s", self.display_name),
        )._match(run_id=run.id)
        return run._action_open()

    def action_open_matches(self):
        """Open the workbench of this flow."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_match_action"
        )
        return {
            **action,
            "domain": [("flow_id", "in", self.ids)],
            "context": {"hub_flow_ids": self.ids, "search_default_open": 1},
        }

    # === THE JOB ===#

    @api.private
    def _match(self, run_id):
        """Job: note every remote record page by page, then compare them all at once.

        Nothing is changed in Odoo's records; memory does not grow with their number.
        """
        self.ensure_one()
        run = self.env["hub.run"].browse(run_id)
        lease = self.env["hub.lane"].lease(self.id, self._match_lane())
        if not lease:
            run._finish("cancelled", self.env._("It is being matched already."))
            return "Matching already."
        try:
            result = self._match_all(lease, run)
        except LeaseLost:
            self.env.cr.rollback()
            result = self.env._("Another worker took over.")
            run._finish("failed", result)
        except HubError as error:
            self.env.cr.rollback()
            result = self._match_failed(run, error)
        except Exception as error:
            self.env.cr.rollback()
            _logger.error("Matching of flow %s failed", self.id, exc_info=True)
            result = self._match_failed(run, self._defect(error))
        finally:
            # what is open locks the lane's row
            self._commit()
            self.env["hub.lane"].release(*lease)
        return result

    def _match_lane(self):
        """Return the number of the lane, which is created when it is first needed."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO hub_lane (flow_id, number) VALUES (%s, %s)"
                " ON CONFLICT DO NOTHING",
                self.id,
                MATCH_LANE,
            )
        )
        self._commit()
        return MATCH_LANE

    def _match_all(self, lease, run):
        adapter = self.backend_id.adapter()
        adapter.prepare()
        self._commit()
        unreadable = 0
        for page in adapter.iter_changes(self.document, None):
            documents, bad = self._match_documents(adapter, page)
            unreadable += bad
            self.env["hub.lane"].fence(*lease)
            seen = self.env["hub.match"].store_documents(self, documents, run.id)
            run.seen_count += seen
            self._commit()
            self.env.invalidate_all()
            if run.state != "receiving":
                return "Cancelled."
        self.env["hub.lane"].fence(*lease)
        counts = self.env["hub.match"].evaluate(self, run.id)
        run._finish("received", self._match_summary(counts, unreadable))
        return run.message

    def _match_documents(self, adapter, page):
        """Return the documents of a page, and how many records are unreadable."""
        tasks = [Task(0, event.external_id) for event in page.events]
        mapper = self.backend_id.mapper(self.document)
        hints = []
        for task, event in zip(tasks, page.events, strict=True):
            if event.complete:
                mapper.load(task, event.body)
            else:
                hints.append(task)
        if hints:
            self._commit()
            found = adapter.fetch(self.document, [task.external_id for task in hints])
            for task in hints:
                result = found.get(task.external_id)
                task.error = result if isinstance(result, HubError) else None
                task.payload = None if task.error else result
        for task in tasks:
            if task.is_open:
                mapper.translate(task, self.revision)
        documents = [task.document for task in tasks if task.is_open]
        return documents, len(tasks) - len(documents)

    def _match_summary(self, counts, unreadable):
        labels = dict(
            self.env["hub.match"]._fields["state"]._description_selection(self.env)
        )
        parts = [
            f"{labels[state]}: {counts[state]}" for state in labels if counts.get(state)
        ]
        if unreadable:
            parts.append(self.env._("Could not be read: %s", unreadable))
        return ", ".join(parts) or self.env._("Nothing to match on either side.")

    def _match_failed(self, run, error):
        if isinstance(error, AuthError):
            self.backend_id._pause_at_once(error.message)
        run._finish("failed", error.text)
        self._commit()
        self.env["hub.exception"].file_flow_failure(self, error)
        return error.text


class HubRun(models.Model):
    _inherit = "hub.run"

    kind = fields.Selection(
        selection_add=[("match", "Matching")], ondelete={"match": "cascade"}
    )

    def action_open_matches(self):
        """Open the workbench with what this run has compared."""
        return self.flow_id.action_open_matches()
