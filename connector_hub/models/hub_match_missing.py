# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..importers.keys import TARGETS


class HubMatch(models.Model):
    """The other side of the workbench: what only Odoo has, and what it is called."""

    _inherit = "hub.match"

    def _list_missing_there(self, flow):
        """List Odoo records that nothing there corresponds to."""
        backend, document = flow.backend_id, flow.document
        target = TARGETS[document]
        env = backend._as_bot().env
        domain = env["hub.importer.match"].domain(backend, document)
        query = env[target.model]._search(domain & Domain(target.listed))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_match
                       (backend_id, flow_id, company_id, document, state, anonymous,
                        res_model, res_id, create_date, write_date)
                SELECT %(backend)s, %(flow)s, %(company)s, %(document)s,
                       'unmatched_odoo', false, %(model)s, o.id,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM (%(records)s) AS o
                 WHERE NOT EXISTS (SELECT 1 FROM %(bindings)s WHERE b.odoo_id = o.id)
                   AND NOT EXISTS (
                        SELECT 1 FROM hub_match_candidate c
                          JOIN hub_match m ON m.id = c.match_id
                         WHERE c.res_id = o.id AND %(scope)s)
                   AND NOT EXISTS (
                        SELECT 1 FROM hub_match m
                         WHERE m.backend_id = %(backend)s AND m.document = %(document)s
                           AND m.res_id = o.id AND m.state = 'ignored')
                """,
                backend=backend.id,
                flow=flow.id,
                company=flow.company_id.id,
                document=document,
                model=target.model,
                records=query.select(),
                bindings=self._bindings(backend, document),
                scope=self._scope(backend, document),
            )
        )

    def _label_all(self, backend, document):
        """Write what people call the Odoo records, for lists and searches."""
        target = TARGETS[document]
        # everybody who decides sees every candidate: an order needs its customer
        model = self.env[target.model].sudo()
        query = model._search([], active_test=False)
        columns = [model._field_to_sql(query.table, n, query) for n in target.label]
        names = query.select(
            SQL("%s AS id", model._field_to_sql(query.table, "id", query)),
            SQL("concat_ws(' · ', %s) AS label", SQL(", ").join(columns)),
        )
        self.env.cr.execute(
            SQL(
                "UPDATE hub_match_candidate c SET label = o.label"
                "  FROM hub_match m, (%s) o"
                " WHERE c.match_id = m.id AND o.id = c.res_id AND %s",
                names,
                self._scope(backend, document),
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE hub_match m SET odoo_label = o.label FROM (%s) o"
                " WHERE o.id = m.res_id AND m.backend_id = %s AND m.document = %s"
                "   AND m.odoo_label IS DISTINCT FROM o.label",
                names,
                backend.id,
                document,
            )
        )
