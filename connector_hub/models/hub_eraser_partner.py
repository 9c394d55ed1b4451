# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

#: fields of a contact that say who it is; country and state stay for the tax books
EMPTIED = (
    "email phone website street street2 zip city vat company_registry company_name"
    " comment function image_1920 ref barcode".split()
)
#: of who has their company's address, these are the company's
OF_COMPANY = frozenset("street street2 zip city vat company_registry".split())


class HubEraser(models.AbstractModel):
    """Anonymises contacts, when it was asked for and nothing speaks against it."""

    _inherit = "hub.eraser"

    @api.private
    def anonymise(self, subjects):
        """Make contacts nobody; orders, invoices and figures stay.

        :return: (number of contacts, [why one was kept])
        """
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        partners = partners.browse(subjects.records.get("res.partner", ()))
        roots = partners.filtered(lambda p: p.parent_id not in partners)
        changed, kept = 0, []
        for root in roots:
            objection = self._objection(root) or self._elsewhere(subjects, root)
            if objection:
                kept.append(objection)
                continue
            family = partners & (root | root.child_ids)
            self._anonymise(family)
            changed += len(family)
        return changed, kept

    def _objection(self, partner):
        """Return why a contact must stay as it is, or None."""
        name = {"name": partner.display_name, "id": partner.id}
        if (partner | partner.child_ids).user_ids:
            return self.env._(
                "%(name)s can log in to Odoo: remove the user first.", **name
            )
        if self.env["res.company"].search_count([("partner_id", "=", partner.id)]):
            return self.env._("%(name)s is one of your companies.", **name)
        if self._owes(partner):
            return self.env._(
                "%(name)s has open invoices: they must be paid or written off first.",
                **name,
            )
        if self._waits(partner):
            return self.env._(
                "%(name)s has orders that are not delivered or invoiced yet.", **name
            )
        return None

    def _elsewhere(self, subjects, partner):
        """Return why a contact must stay: others serve the same person, or None."""
        erased = (subjects.together or subjects.backend).ids
        others = self.env["hub.backend"].sudo().search([("id", "not in", erased)])
        names = {backend._binding_models().get("customer") for backend in others}
        serving = others.browse()
        for name in sorted(names - {None}):
            links = self.env[name].sudo()
            serving |= links.search(
                [
                    ("odoo_id", "in", (partner | partner.child_ids).ids),
                    ("backend_id", "in", others.ids),
                    ("deleted_at", "=", False),
                ]
            ).backend_id
        if not serving:
            return None
        return self.env._(
            "%(name)s is a customer of %(others)s as well: the contact stays, erase it"
            " for all of them when that is wanted.",
            name=partner.display_name,
            others=", ".join(serving.mapped("name")),
        )

    def _owes(self, partner):
        domain = Domain("partner_id", "child_of", partner.commercial_partner_id.id)
        domain &= Domain("parent_state", "in", ("draft", "posted"))
        domain &= Domain("reconciled", "=", False)
        domain &= Domain(
            "account_id.account_type", "in", ("asset_receivable", "liability_payable")
        )
        return bool(self.env["account.move.line"].sudo().search_count(domain, limit=1))

    def _waits(self, partner):
        domain = Domain("partner_id", "child_of", partner.id)
        domain &= Domain("state", "in", ("draft", "sent")) | (
            Domain("state", "=", "sale")
            & (
                Domain("invoice_status", "=", "to invoice")
                | Domain("delivery_status", "in", ("pending", "started", "partial"))
            )
        )
        return bool(self.env["sale.order"].sudo().search_count(domain, limit=1))

    def _anonymise(self, partners):
        known = [name for name in EMPTIED if name in partners._fields]
        quiet = partners.with_context(tracking_disable=True, no_vat_validation=True)
        for partner in quiet:
            values = dict.fromkeys(known, False)
            if partner._hub_shares_address():
                # Odoo would hand the emptiness on to the company
                values = {k: v for k, v in values.items() if k not in OF_COMPANY}
            values["name"] = self.env._("Erased customer %s", partner.id)
            values["hub_erased_at"] = fields.Datetime.now()
            partner.write(values)
        notes = self.env["mail.message"].sudo()
        notes = notes.search(
            [("model", "=", "res.partner"), ("res_id", "in", partners.ids)]
        )
        # what a change of name or address has left in the history
        notes.tracking_value_ids.unlink()
