# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import datetime, timezone

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..components.event import Event
from ..documents import version_key
from ..exceptions import AuthError, HubError, SchemaDrift, TransientError
from .hub_message import OPEN_STATES, STUCK_STATES
from .hub_run_backfill import VERSION

_logger = logging.getLogger(__name__)

#: differences that are kept one by one; all of them are counted
LINES_KEPT = 1000
#: how often a comparison that could not read on begins anew
MOST_TRIES = 5
KINDS = ("same", "waiting", "missing", "outdated", "extra")
#: kinds that are received again
REPAIRED = ("missing", "outdated")


class HubReconciliation(models.Model):
    """The job that compares, page by page.

    No transaction is open while the other side is read. A worker that dies leaves
    nothing behind: the comparison begins anew, and what it asks for again is received
    once.
    """

    _inherit = "hub.reconciliation"

    @api.private
    def enqueue(self, eta=None):
        """Enqueue the job that compares."""
        self.ensure_one()
        self.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub.batch",
            identity_key=f"hub.reconcile.{self.id}.{self.tries}",
            eta=eta,
            max_retries=0,
            description=self.env._("Compare: %s", self.flow_id.display_name),
        )._compare()

    @api.private
    def _compare(self):
        """Job: read the other side and tell what differs."""
        self.ensure_one()
        flow = self.flow_id
        try:
            result = self._compare_pages()
        except HubError as error:
            self.env.cr.rollback()
            result = self._failed(error)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            self.env.cr.rollback()
            _logger.error("Comparison %s failed", self.id, exc_info=True)
            result = self._failed(flow._defect(error))
        flow._commit()
        return result

    def _compare_pages(self):
        flow = self.flow_id
        if not self._goes_on():
            return "Not to be compared now."
        adapter, told = flow.backend_id.adapter(), []
        adapter.prepare()
        since = self.window_from
        since = since and since.replace(tzinfo=timezone.utc)
        self._begin_anew()
        flow._commit()
        for states in adapter.iter_states(flow.document, since or None):
            told += [state.external_id for state in states]
            lanes = self._keep_page(states)
            flow._commit()
            flow._wake(lanes)
            flow._commit()
            if not self._goes_on():
                return "Stopped."
            flow._commit()
        self._keep_extra(told)
        self.run_id._finish("received")
        self.env["hub.exception"].settle_flow_failures(flow)
        return f"{self.remote_count} compared, {self.difference_count} differ"

    def _goes_on(self):
        """Return whether nobody has stopped the comparison or its flow."""
        self.env.invalidate_all()
        if self.run_id.state != "receiving":
            return False
        if not self.flow_id._is_open():
            self.run_id._finish("cancelled", self.env._("The flow was stopped."))
            return False
        return True

    def _begin_anew(self):
        self.line_ids.unlink()
        self.write({f"{kind}_count": 0 for kind in (*KINDS, "remote", "repaired")})

    def _failed(self, error):
        """Begin anew later where that may help, else say what went wrong."""
        flow = self.flow_id
        if isinstance(error, AuthError):
            flow.backend_id._pause_at_once(error.message)
        elif isinstance(error, SchemaDrift):
            flow._pause_at_once(error.title or error.message)
        if isinstance(error, TransientError) and self.tries < MOST_TRIES:
            self.tries += 1
            seconds = max(getattr(error, "seconds", 0), 30 * 2**self.tries)
            self.enqueue(fields.Datetime.add(fields.Datetime.now(), seconds=seconds))
            return error.text
        self.run_id._finish("failed", error.text)
        self.env["hub.exception"].file_flow_failure(flow, error)
        return error.text

    # === COMPARISON ===#

    def _keep_page(self, states):
        """Compare one page, note what differs, and ask for it again.

        :return: the lanes to wake
        """
        rows = self._compared(states) if states else []
        self._note(rows)
        self.remote_count += len(rows)
        self.run_id.seen_count += len(rows)
        again = [row[:2] for row in rows if row[3] in REPAIRED]
        return self._receive_again(again) if self.repair else set()

    def _compared(self, states):
        """Return (id, version there, version here, kind, Odoo id) of some records.

        What a message of this very state waits with, is no difference: its exception
        tells. What people have skipped they know.
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT r.external_id, r.version, b.version,
                       CASE WHEN m.state = ANY(%(unsettled)s) THEN 'waiting'
                            WHEN m.state = 'skipped' THEN 'same'
                            WHEN b.id IS NULL OR b.deleted_at IS NOT NULL THEN 'missing'
                            WHEN coalesce(b.version, '') < r.version THEN 'outdated'
                            ELSE 'same' END,
                       b.odoo_id
                  FROM unnest(%(ids)s::text[], %(versions)s::text[])
                       AS r(external_id, version)
             LEFT JOIN %(bindings)s b
                    ON b.backend_id = %(backend)s AND b.external_id = r.external_id
             LEFT JOIN LATERAL (
                       SELECT m.state FROM hub_message m
                        WHERE m.flow_id = %(flow)s AND m.external_id = r.external_id
                          AND coalesce(m.version, r.version) >= r.version
                          AND (m.state = ANY(%(unsettled)s) OR m.state = 'skipped')
                     ORDER BY m.state = 'skipped', m.id DESC LIMIT 1) m ON TRUE
                """,
                ids=[state.external_id for state in states],
                versions=[
                    version_key(state.version) if state.version else ""
                    for state in states
                ],
                bindings=SQL.identifier(self._bindings()._table),
                backend=self.backend_id.id,
                flow=self.flow_id.id,
                unsettled=[*OPEN_STATES, *STUCK_STATES],
            )
        )

    def _keep_extra(self, told):
        """Note what is linked here, changed in the window, and was not told.

        It may be everything there is: PostgreSQL counts it, and copies what is kept.
        """
        self.env.flush_all()
        since = self.window_from
        since = since and version_key(since.replace(tzinfo=timezone.utc))
        bindings = self._bindings()
        ((count,),) = self.env.execute_query(
            SQL(
                """
                WITH extra AS (
                SELECT b.external_id, b.version, b.odoo_id
                  FROM %(bindings)s b
             LEFT JOIN unnest(%(told)s::text[]) AS r(external_id)
                    ON r.external_id = b.external_id
                 WHERE b.backend_id = %(backend)s AND b.deleted_at IS NULL
                   AND r.external_id IS NULL
                   AND coalesce(b.version, '') >= %(since)s
                   AND b.create_date < %(started)s
                ), kept AS (
                INSERT INTO hub_reconciliation_line
                       (reconciliation_id, company_id, kind, external_id,
                        known_version, res_model, res_id, create_date, write_date)
                SELECT %(record)s, %(company)s, 'extra', external_id, version,
                       %(model)s, odoo_id, now() AT TIME ZONE 'UTC',
                       now() AT TIME ZONE 'UTC'
                  FROM extra ORDER BY external_id LIMIT %(room)s
                )
                SELECT count(*) FROM extra
                """,
                bindings=SQL.identifier(bindings._table),
                told=told,
                record=self.id,
                company=self.company_id.id,
                model=bindings._fields["odoo_id"].comodel_name,
                room=max(LINES_KEPT - len(self.line_ids), 0),
                backend=self.backend_id.id,
                since=since or "",
                started=self.run_id.started_at,
            )
        )
        self.extra_count += count
        self.invalidate_recordset(["line_ids"])

    def _bindings(self):
        return self.env[self.backend_id._binding_models()[self.flow_id.document]]

    def _note(self, rows):
        """Count some records by kind, and keep those that differ."""
        for kind in KINDS:
            count = sum(row[3] == kind for row in rows)
            if count:
                self[f"{kind}_count"] += count
        differing = [row for row in rows if row[3] != "same"]
        kept = len(self.line_ids)
        model = self._bindings()._fields["odoo_id"].comodel_name
        self.env["hub.reconciliation.line"].create(
            [
                {
                    "reconciliation_id": self.id,
                    "external_id": external_id,
                    "remote_version": theirs,
                    "known_version": ours,
                    "kind": kind,
                    "repaired": self.repair and kind in REPAIRED,
                    "res_model": odoo_id and model,
                    "res_id": odoo_id,
                }
                for external_id, theirs, ours, kind, odoo_id in differing[
                    : max(LINES_KEPT - kept, 0)
                ]
            ]
        )

    # === REPAIR ===#

    def _receive_again(self, rows):
        """File a hint for each record: its newest state is fetched and applied.

        :param rows: [(external id, version there)]
        :return: the lanes to wake
        """
        events = [
            Event(
                external_id,
                "reconcile",
                b"{}",
                version=_moment(version),
                delivery_id=f"{self.id}:{external_id}:{version or ''}",
            )
            for external_id, version in rows
        ]
        messages = self.env["hub.message"]
        lanes = messages.receive(self.flow_id, events, run_id=self.run_id.id)
        self.repaired_count += len(events)
        return lanes


def _moment(version):
    if not version:
        return None
    return datetime.strptime(version, VERSION).replace(tzinfo=timezone.utc)
