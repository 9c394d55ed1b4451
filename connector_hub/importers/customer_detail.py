# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import models
from odoo.fields import Command
from odoo.tools import SQL

CONSENTS = {True: "granted", False: "refused"}


class ImporterCustomer(models.AbstractModel):
    """Consent, tags and tax exemption of customers."""

    _inherit = "hub.importer.customer"

    def _detail_values(self, backend, customers):
        """Return partner values for each customer, with one query for all tags."""
        customers = list(customers)
        tags = self._tags(backend, customers)
        exempt = backend.exempt_position_id.id
        found = []
        for customer in customers:
            values = {}
            if customer.accepts_marketing is not None:
                consent = CONSENTS[customer.accepts_marketing]
                values["hub_marketing_consent"] = consent
            ids = [tags[key] for key in map(_key, customer.tags) if key in tags]
            if ids:
                values["category_id"] = [Command.link(tag) for tag in ids]
            if exempt and customer.tax_exempt:
                values["property_account_position_id"] = exempt
            found.append(values)
        return found

    def _detail_changes(self, backend, task, partner, details):
        """Return what of these details is new for a known partner."""
        values = {}
        consent = details.get("hub_marketing_consent")
        if (
            consent
            and task.may_write("accepts_marketing")
            and partner.hub_marketing_consent != consent
        ):
            values["hub_marketing_consent"] = consent
        if backend.customer_tags and task.may_write("tags"):
            values.update(self._changed_tags(task, partner, details))
        if backend.exempt_position_id and task.may_write("tax_exempt"):
            values.update(self._changed_position(backend, task, partner))
        return values

    def _changed_tags(self, task, partner, details):
        """Add what is new; take away only what the remote is known to have had."""
        commands = [
            command
            for command in details.get("category_id", ())
            if command[1] not in partner.category_id.ids
        ]
        before = json.loads((task.base or {}).get("tags") or "[]")
        gone = set(map(_key, before)) - set(map(_key, task.document.tags))
        for tag in partner.category_id if gone else ():
            if _key(tag.name) in gone:
                commands.append(Command.unlink(tag.id))
        return {"category_id": commands} if commands else {}

    def _changed_position(self, backend, task, partner):
        """Set or lift the exemption; any other fiscal position is Odoo's own."""
        exempt, has = backend.exempt_position_id, partner.property_account_position_id
        if task.document.tax_exempt and has != exempt:
            return {"property_account_position_id": exempt.id}
        if not task.document.tax_exempt and has == exempt:
            return {"property_account_position_id": False}
        return {}

    def _tags(self, backend, customers):
        """Return {lower-case tag: contact tag id}; missing ones are created."""
        if not backend.customer_tags:
            return {}
        wanted = {_key(tag): tag for c in customers for tag in c.tags if _key(tag)}
        if not wanted:
            return {}
        categories = self.env["res.partner.category"].sudo()
        query = categories._search([], active_test=False)
        name = categories._field_to_sql(query.table, "name", query)
        query.add_where(SQL("lower(btrim(%s)) = ANY(%s)", name, sorted(wanted)))
        found = {_key(tag.name): tag.id for tag in categories.browse(query)}
        missing = sorted(wanted.keys() - found.keys())
        created = categories.create([{"name": wanted[key].strip()} for key in missing])
        found.update(zip(missing, created.ids, strict=True))
        return found


def _key(tag):
    """Return a tag as compared: case and spaces around it do not matter."""
    return tag.strip().lower()
