# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..documents import Gone, flat, without
from ..documents.merge import NEVER, REMOTE, RENDERED, agrees, same


class HubFlow(models.Model):
    """What an outbound flow may say: not what is the remote's, nor what is disputed."""

    _inherit = "hub.flow"

    def _withhold(self, tasks, known):
        """Take out of documents what must not be sent.

        A new remote record gets everything but what nobody sends through this flow.
        What Odoo only spells differently is not news, and would spoil what they have.

        :param known: {subject: what the remote is known to say}
        """
        ownership = self._ownership()
        held = self._held(tasks)
        for task in tasks:
            if task.document is None or isinstance(task.document, Gone):
                continue
            base = known.get(task.subject)
            if not (ownership.owners or held or _has_renderings(base)):
                continue
            is_new = not task.remote_id and base is None
            silent = {
                path
                for path, value in flat(task.document, only_set=True).items()
                if path in held.get(task.remote_id, ())
                or not _may_send(ownership.owner(path), is_new)
                or (base and _is_rendering(base, path, value))
            }
            if silent:
                task.document = without(task.document, silent)

    def _held(self, tasks):
        """Return {remote id: paths} whose conflict waits for a person."""
        twin = self._twin()
        if not twin or not twin._ownership().asks:
            return {}
        return self.env["hub.conflict"].held_paths(
            twin, [task.remote_id for task in tasks if task.remote_id]
        )


def _may_send(owner, is_new):
    return owner != NEVER and (is_new or owner != REMOTE)


def _has_renderings(base):
    return any(path.startswith(RENDERED) for path in base or ())


def _is_rendering(base, path, value):
    return not same(base.get(path), value) and agrees(base, path, value)
