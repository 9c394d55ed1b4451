# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError

from ..exceptions import HubError


class HubBackend(models.Model):
    """What the remote system has that needs a counterpart here: found and proposed."""

    _inherit = "hub.backend"

    def action_discover(self):
        """Look for remote values, propose counterparts, and show what is to choose."""
        self.ensure_one()
        self.check_operator()
        try:
            found = self.with_user(SUPERUSER_ID).adapter().discover()
        except HubError as error:
            raise UserError(error.text) from error
        self._propose_mappings(found)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_mapping_action"
        )
        return {
            **action,
            "name": self.env._("Mappings of %s", self.name),
            "display_name": self.env._("Mappings of %s", self.name),
            "domain": [("backend_id", "=", self.id)],
            "context": {"default_backend_id": self.id, "hide_backend": True},
        }

    def _propose_mappings(self, found):
        """Keep what was found, with the counterpart where its name leaves no doubt."""
        self.env["hub.importer.tax"].sudo().with_company(self.company_id).resolve(
            self.sudo(), [value.tax for value in found if value.tax]
        )
        rows = []
        for value in found:
            row = {"kind": value.kind, "remote_value": value.value}
            if value.tax:
                tax = self.env["hub.importer.tax"]
                row["remote_value"] = tax.remote_value(*value.tax)
            if value.name:
                row["remote_name"] = value.name
            propose = getattr(self, f"_propose_{value.kind}", None)
            rows.append({**row, **(propose(value) if propose else {})})
        self.env["hub.mapping"].sudo().propose(self, rows)

    # === PROPOSALS: {field: value}, empty when a person has to choose ===#

    def _propose_location(self, value):
        """A warehouse of the same name, or the only one."""
        warehouses = self._records_of_company("stock.warehouse")
        same = _of_name(warehouses, value.name or value.value)
        warehouse = same or (warehouses if len(warehouses) == 1 else same)
        return {"location_id": warehouse.view_location_id.id} if warehouse else {}

    def _propose_gateway(self, value):
        """A journal of the same name; money is booked there: nothing else will do."""
        journals = self._records_of_company("account.journal").filtered(
            lambda journal: journal.type in ("bank", "cash", "credit")
        )
        journal = _of_name(journals, value.name or value.value)
        return {"journal_id": journal.id} if journal else {}

    def _propose_carrier(self, value):
        """The shipping method of that name, where there are any; or the name itself."""
        name = value.name or value.value
        if "delivery.carrier" not in self.env:
            return {"carrier_name": name}
        carriers = self._records_of_company("delivery.carrier")
        carrier = _of_name(carriers, name)
        return {"carrier_name": carrier.name} if carrier else {}

    def _records_of_company(self, model):
        records = self.env[model].sudo()
        return records.search(records._check_company_domain(self.company_id))


def _of_name(records, name):
    """Return the only record of that name, whatever its capitals."""
    wanted = name.strip().casefold()
    found = records.filtered(lambda record: record.name.strip().casefold() == wanted)
    return found if len(found) == 1 else records.browse()
