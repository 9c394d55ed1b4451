# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import SQL

from ..cursor import read_committed
from ..documents.shape import shape_of
from ..exceptions import InvalidData, SchemaDrift

#: records in a row that must lack a field before it counts as gone
SEVERAL = 3
#: share of the payloads a field must have been in to be missed by itself
ALWAYS = 0.9
#: failures that are taken back at most
MOST_REOPENED = 1000


class HubFlow(models.Model):
    """Telling a record that is malformed from a remote system that has changed.

    One malformed record fails alone. When several in a row, and no other, cannot be
    read because of a field that used to be there, the remote system has changed: the
    flow pauses, and its messages wait.
    """

    _inherit = "hub.flow"

    def _watch_schema(self, tasks):
        """Learn from what could be translated; judge what could not.

        :raises SchemaDrift: the remote system has changed
        """
        read = [task for task in tasks if task.payload is not None and not task.state]
        good = [task.payload for task in read if task.document]
        strange = [task for task in read if _is_strange(task.error)]
        if good:
            shapes = self.env["hub.schema.field"].observe(self, good)
            if len(read) >= SEVERAL:
                self._miss_needed(shapes)
        elif strange and len(strange) == len(read):
            self._judge_fields(strange)

    def _miss_needed(self, shapes):
        """Raise when what the mapper cannot do without is in none of the payloads."""
        needed = self.backend_id.mapper(self.document)._needed
        if needed and len(shapes) >= SEVERAL:
            counts = self.env["hub.schema.field"].counts(self)
            seen = {path for shape in shapes for path, _kind in shape}
            for path in sorted(needed - seen):
                if any(known == path for known, _kind in counts):
                    raise self._drift(path, "", "")

    def _judge_fields(self, strange):
        """Raise when these failures mean that the remote system has changed."""
        problems = {(t.error.code, _plain(t.error.field)) for t in strange}
        failed = self._failed_in_a_row(strange[0].error)
        records = {*failed.values(), *(task.external_id for task in strange)}
        if len(problems) > 1 or len(records) < SEVERAL:
            return
        field = problems.pop()[1]
        counts = self.env["hub.schema.field"].counts(self)
        shapes = [shape_of(task.payload) for task in strange]
        for path, kind in sorted(self._missed(counts, field)):
            kinds = {k for shape in shapes for p, k in shape if p == path}
            if kind not in kinds:
                error = self._drift(path, kind, ", ".join(sorted(kinds)))
                error.failed_before = list(failed)
                raise error

    def _missed(self, counts, field):
        """Yield the (path, kind) that may explain why records cannot be read."""
        most = max(counts.values(), default=0)
        for (path, kind), count in counts.items():
            if field:
                if path == field or path.endswith(f".{field}"):
                    yield path, kind
            elif count >= ALWAYS * most:
                yield path, kind

    def _failed_in_a_row(self, error):
        """Return {message id: record} of what failed like this since a success."""
        self.env.cr.execute(
            SQL(
                """
                SELECT id, external_id FROM hub_message
                 WHERE flow_id = %(flow)s AND state = 'failed'
                   AND error_code = %(code)s
                   AND coalesce(error_field, '') = %(field)s
                   AND processed_at > coalesce((
                       SELECT max(processed_at) FROM hub_message
                        WHERE flow_id = %(flow)s AND state = 'done'), '-infinity')
              ORDER BY id LIMIT %(limit)s
                """,
                flow=self.id,
                code=error.code,
                field=error.field,
                limit=MOST_REOPENED,
            )
        )
        return dict(self.env.cr.fetchall())

    def _reopen(self, message_ids):
        """Let those wait as well that failed before it was clear why."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL(
                    """
                    WITH old AS (
                        SELECT id, exception_id FROM hub_message
                         WHERE id = ANY(%s) AND state = 'failed'
                           FOR NO KEY UPDATE SKIP LOCKED
                    ), reopened AS (
                        UPDATE hub_message m
                           SET state = 'pending', attempts = 0, processed_at = NULL,
                               next_attempt_at = NULL, exception_id = NULL
                          FROM old WHERE m.id = old.id
                    )
                    SELECT DISTINCT exception_id FROM old WHERE exception_id IS NOT NULL
                    """,
                    message_ids,
                )
            )
            exceptions = [row[0] for row in cr.fetchall()]
        self.env["hub.exception"].browse(exceptions)._resolve_if_settled()

    def _drift(self, path, kind, now):
        names = {"flow": self.display_name, "field": path, "old": kind, "new": now}
        if now:
            title = self.env._(
                "%(flow)s: the field %(field)s is no longer %(old)s but %(new)s.",
                **names,
            )
        else:
            title = self.env._("%(flow)s: the field %(field)s is gone.", **names)
        return SchemaDrift(
            self.env._(
                "%(title)s Not one of the last records has it as before.", title=title
            ),
            title=title,
            remedy=self.env._(
                "Nothing is lost: messages wait, and notifications are stored. Have the"
                " mapping of the field changed, then resume the flow."
            ),
            code="retyped" if now else "vanished",
            field=path,
        )

    def _keep_unreadable(self, page):
        """Keep the records of a page that cannot be read, for a person."""
        for event, error in page.errors:
            self.env["hub.message"].quarantine(self, event, error)

    def _pause_for_drift(self, error):
        """Pause the flow and say why, where people look."""
        self._pause_at_once(error.title or error.message)
        self.env["hub.exception"].file_flow_failure(self, error)
        self._reopen(list(error.failed_before))


def _is_strange(error):
    return isinstance(error, InvalidData) and error.has_unexpected_form


def _plain(field):
    """Return a path without places in lists and quotes: ``lines.0.sku``, ``'sku'``."""
    parts = field.strip("'\"").split(".")
    return ".".join(part for part in parts if not part.isdigit())
