# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..components.event import Event
from ..importers.keys import TARGETS
from .hub_match import OPEN_STATES
from .hub_message import STUCK_STATES

#: links made in one go
CHUNK = 1000


class HubMatch(models.Model):
    """What people decide: link, choose, create, ignore."""

    _inherit = "hub.match"

    # === ACTIONS ===#

    def action_accept(self):
        """Link the selected records with what is proposed or was chosen for them."""
        self.check_operator()
        linked = self.sudo()._accept()
        rest = len(self) - linked
        if not rest:
            return self._tell(self.env._("%s linked.", linked))
        return self._tell(
            self.env._(
                "%(linked)s linked. %(rest)s left as they are: open them and choose"
                " the Odoo record.",
                linked=linked,
                rest=rest,
            )
        )

    def action_create_record(self):
        """Have the selected remote records created in Odoo by their flow."""
        self.check_operator()
        chosen = self.sudo().filtered(
            lambda m: m.external_id and m.state in (*OPEN_STATES, "ignored")
        )
        if not chosen:
            raise UserError(
                self.env._("Select records that exist there and are not linked yet.")
            )
        chosen.write(
            {"state": "created", "res_model": False, "res_id": False, "doubt": False}
        )
        chosen._enqueue_import()
        chosen._retry_waiting()
        return self._tell(
            self.env._(
                "%s are created in Odoo as soon as their flow runs.", len(chosen)
            )
        )

    def action_ignore(self):
        """Leave the selected records out: neither linked nor imported."""
        self.check_operator()
        self.sudo().filtered(lambda m: m.state in OPEN_STATES).write(
            {"state": "ignored"}
        )

    def action_reopen(self):
        """Take back that the selected records were ignored or to be created."""
        self.check_operator()
        for match in self.sudo().filtered(lambda m: m.state in ("ignored", "created")):
            if not match.external_id:
                match.state = "unmatched_odoo"
            else:
                match.state = "ambiguous" if match.candidate_ids else "unmatched_remote"

    def _tell(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === BUSINESS METHODS ===#

    @api.private
    def choose(self, record_id):
        """Link one remote record with the Odoo record a person has chosen."""
        self.ensure_one()
        self.check_operator()
        match = self.sudo()
        if match.state not in OPEN_STATES or not match.external_id:
            raise UserError(
                self.env._(
                    "%s is settled already. Reopen it to choose anew.", self.label
                )
            )
        match.write(
            {
                "res_model": TARGETS[match.document].model,
                "res_id": record_id,
                "state": "ambiguous",
            }
        )
        if not match._accept():
            raise UserError(
                self.env._(
                    "The chosen record was deleted or belongs to another company than"
                    " %s. Choose another one.",
                    match.backend_id.name,
                )
            )
        match.odoo_label = match.candidate_ids.filtered(
            lambda candidate: candidate.res_id == record_id
        )[:1].label or self._name_of(record_id)

    def _name_of(self, record_id):
        model = self.env[TARGETS[self.document].model].sudo()
        return model.browse(record_id).display_name

    def _accept(self):
        """Link what has an Odoo record; return how many."""
        ready = self.filtered(
            lambda m: (
                m.external_id
                and m.res_id
                and m.state in ("proposed", "ambiguous", "unmatched_remote")
            )
        )
        groups = ready.grouped(lambda match: (match.backend_id, match.document))
        linked = 0
        for matches in groups.values():
            for start in range(0, len(matches), CHUNK):
                linked += matches[start : start + CHUNK]._link()
        return linked

    def _link(self):
        """Create the links of matches of one backend and document.

        :return: how many; what does not fit any more is not proposed any more either
        """
        backend, document = self.backend_id, self[0].document
        fit = self._fitting(backend, document)
        binder = backend.binder(TARGETS[document].entity)
        accounts = fit.filtered(lambda match: not match.anonymous)
        known = binder.states_many(accounts.mapped("external_id"))
        binder.model.sudo().link_many(
            backend,
            [(m.external_id, m.res_id) for m in accounts if m.external_id not in known],
        )
        for match in accounts.filtered(lambda m: m.external_id in known):
            match.res_id = known[match.external_id].record.id
        fit.write({"state": "accepted", "doubt": False})
        fit._retry_waiting()
        return len(fit)

    def _fitting(self, backend, document):
        """Return the matches that may be linked; the others wait for a person.

        Meanwhile a record may have been deleted, or linked with another remote one;
        what a person has chosen may be linked twice.
        """
        target = TARGETS[document]
        domain = Domain("company_id", "in", [False, backend.company_id.id])
        records = (
            self.env[target.model]
            .with_context(active_test=False)
            .search(domain & Domain("id", "in", list(set(self.mapped("res_id")))))
        )
        linked = backend.binder(target.entity).to_external_many(records)
        gone = self.filtered(lambda match: match.res_id not in set(records.ids))
        gone.write({"state": "unmatched_remote", "res_id": False, "doubt": False})
        taken = (self - gone).filtered(
            lambda match: (
                match.state == "proposed"
                and set(linked.get(match.res_id, ())) - {match.external_id}
            )
        )
        taken.write({"state": "ambiguous", "res_id": False, "doubt": "linked"})
        return self - gone - taken

    def _enqueue_import(self):
        """Have the flows fetch and import these remote records."""
        for flow, matches in self.grouped("flow_id").items():
            known = matches.filtered(lambda match: not match.anonymous)
            if not flow or not known:
                continue
            now = fields.Datetime.now().isoformat()
            ids = {match.parent_external_id or match.external_id for match in known}
            events = [
                Event(
                    external_id=external_id,
                    topic="matching",
                    body=b"{}",
                    delivery_id=f"{external_id}:{now}",
                )
                for external_id in sorted(ids)
            ]
            flow._wake(self.env["hub.message"].receive(flow, events))

    def _retry_waiting(self):
        """Process the messages again that waited for these decisions."""
        for backend, matches in self.grouped("backend_id").items():
            values = {
                *matches.mapped("external_id"),
                *matches.mapped("parent_external_id"),
            }
            waiting = self.env["hub.message"].search(
                [
                    ("backend_id", "=", backend.id),
                    ("state", "in", STUCK_STATES),
                    ("error_class", "=", "AmbiguousMatch"),
                    ("error_value", "in", list(values - {False})),
                ]
            )
            if waiting:
                waiting.action_retry()

    # === WHAT IMPORTERS ASK ===#

    @api.private
    def decisions(self, backend, document, external_ids):
        """Return {remote id: (state, Odoo id)} of what people have decided."""
        found = self.sudo().search_fetch(
            [
                ("backend_id", "=", backend.id),
                ("document", "=", document),
                ("external_id", "in", list(external_ids)),
                ("state", "in", ("accepted", "created")),
            ],
            ["external_id", "state", "res_id"],
        )
        return {match.external_id: (match.state, match.res_id) for match in found}

    @api.private
    def ignored(self, backend, document, external_ids):
        """Return those remote records of which everything is to be left out."""
        ids = set(external_ids)
        domain = Domain("backend_id", "=", backend.id) & Domain(
            "document", "=", document
        )
        found = self.sudo().search_fetch(
            domain
            & Domain("state", "=", "ignored")
            & (
                Domain("external_id", "in", ids)
                | Domain("parent_external_id", "in", ids)
            ),
            ["external_id", "parent_external_id"],
        )
        whole = {match.parent_external_id or match.external_id for match in found}
        parents = whole & set(found.mapped("parent_external_id"))
        if parents:
            rest = domain & Domain("state", "!=", "ignored")
            rest &= Domain("parent_external_id", "in", parents)
            whole -= set(self.sudo().search(rest).mapped("parent_external_id"))
        return whole & ids
