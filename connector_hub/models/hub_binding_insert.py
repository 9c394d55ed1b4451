# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class HubBinding(models.AbstractModel):
    """Links in bulk, for people who link tens of thousands at once."""

    _inherit = "hub.binding"

    @api.private
    def link_many(self, backend, pairs):
        """Create links in one statement; what is linked already stays as it is.

        The ORM takes a millisecond per link, which is a minute for a large catalogue.

        :param pairs: list of (external id, Odoo id)
        :return: how many were created
        """
        if not pairs:
            return 0
        external_ids, odoo_ids = zip(*pairs, strict=True)
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %s (backend_id, company_id, external_id, odoo_id, sync_date,
                                create_uid, create_date, write_uid, write_date)
                SELECT %s, %s, n.external_id, n.odoo_id, t.now, %s, t.now, %s, t.now
                  FROM unnest(%s::text[], %s::int[]) AS n(external_id, odoo_id),
                       (SELECT now() AT TIME ZONE 'UTC' AS now) AS t
                    ON CONFLICT (backend_id, external_id) DO NOTHING
                """,
                SQL.identifier(self._table),
                backend.id,
                backend.company_id.id,
                self.env.uid,
                self.env.uid,
                list(external_ids),
                list(odoo_ids),
            )
        )
        created = self.env.cr.rowcount
        self.invalidate_model()
        return created
