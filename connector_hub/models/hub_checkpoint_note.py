# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class HubCheckpoint(models.Model):
    """Noting what must be reviewed, in the transaction of the effects.

    Where no rule asks for it nothing is looked at, and no statement is made.
    """

    _inherit = "hub.checkpoint"

    @api.private
    def before(self, flow, tasks):
        """Return what tells afterwards which records are new; None without rules."""
        if not tasks or not self.env["hub.checkpoint.rule"]._of_flow(flow.id):
            return None
        model = flow.sudo()._reviewed_model()
        if not model:
            return None
        binder = flow.backend_id.with_env(self.env).binder(flow.document)
        known = binder.states_many(task.external_id for task in tasks)
        self.env.cr.execute(
            SQL(
                "SELECT coalesce(max(id), 0) FROM %s",
                SQL.identifier(self.env[model]._table),
            )
        )
        return set(known), self.env.cr.fetchone()[0]

    @api.private
    def after(self, flow, tasks, state):
        """Note the records of settled tasks that rules want reviewed.

        :param state: what :meth:`before` returned
        """
        if state is None:
            return
        model = flow.sudo()._reviewed_model()
        done = [t for t in tasks if t.state == "done" and t.res_model == model]
        known, newest = state
        changes = {
            # ids only grow: what is above the newest one was created since
            task.res_id: "created"
            if task.res_id > newest
            else ("changed" if task.external_id in known else "linked")
            for task in done
        }
        by_id = {task.res_id: task for task in done}
        names = {record_id: task.external_id for record_id, task in by_id.items()}
        records = self.env[model].sudo().browse(by_id)
        rules = self.env["hub.checkpoint.rule"].sudo()
        rows = {}
        for rule in rules.browse(rules._of_flow(flow.id)):
            for record_id in rule._chosen(changes, records, names):
                task = by_id[record_id]
                rows.setdefault(
                    record_id,
                    (
                        rule.id,
                        task.message_id,
                        task.external_id,
                        record_id,
                        changes[record_id],
                        rule.name,
                    ),
                )
        self._insert(flow, model, list(rows.values()))

    @api.private
    def flag(self, backend, document, model, rows):
        """Note records that were linked although it was not quite clear.

        :param rows: [(remote id, Odoo id, reason)]
        """
        flow = backend.sudo().flow_ids.filtered(
            lambda flow: flow.document == document and flow.direction == "in"
        )[:1]
        if flow:
            self._insert(
                flow,
                model,
                [
                    (None, None, external_id, record_id, "linked", reason)
                    for external_id, record_id, reason in rows
                ],
            )

    def _insert(self, flow, model, rows):
        """Insert checkpoints with one statement; a record has one open at a time.

        :param rows: [(rule, message, remote id, Odoo id, change, reason)]
        """
        if not rows:
            return
        self.env.flush_all()
        records = self.env[model].sudo().browse(row[3] for row in rows)
        names = [record.display_name for record in records]
        columns = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_checkpoint
                       (flow_id, backend_id, company_id, res_model, state, announced,
                        rule_id, message_id, external_id, res_id, change, reason, name,
                        create_date, write_date)
                SELECT %s, %s, %s, %s, 'open', false, n.rule_id,
                       (SELECT id FROM hub_message WHERE id = n.message_id),
                       n.external_id, n.res_id, n.change, n.reason, n.name,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM unnest(%s::int[], %s::int[], %s::text[], %s::int[], %s::text[],
                              %s::text[], %s::text[])
                       AS n(rule_id, message_id, external_id, res_id, change, reason,
                            name)
                    ON CONFLICT DO NOTHING
                """,
                flow.id,
                flow.backend_id.id,
                flow.company_id.id,
                model,
                *columns,
                names,
            )
        )
        self.invalidate_model()
