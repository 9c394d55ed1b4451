# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import HubError, InvalidData

#: partner field: path in the document; written once the store is known to change it
SELDOM = {"company_name": "company_name", "vat": "tax_id", "comment": "note"}
ADDRESS = {
    "street": "street",
    "street2": "street2",
    "zip": "zip",
    "city": "city",
    "state_id": "region",
    "country_id": "country",
}


class ImporterCustomer(models.AbstractModel):
    """Customers to partners: by link, then by the match rules, else new ones."""

    _name = "hub.importer.customer"
    _inherit = "hub.importer.base"
    _description = "Importer of Customers"
    _two_way = True

    @api.private
    def shared_keys(self, backend, tasks):
        customers = [task.document for task in tasks if task.is_open]
        # an order may be about to show an address that changes here
        addresses = {f"address:{c.external_id or c.email_key}" for c in customers}
        return addresses | self.keys_of(backend, customers)

    @api.private
    def keys_of(self, backend, customers):
        """Return lock keys of the customers that are not linked yet."""
        bound = backend.binder("customer").states_many(
            customer.external_id for customer in customers
        )
        return {
            f"customer:{customer.email_key or customer.external_id or customer.label}"
            for customer in customers
            if customer.external_id not in bound
        }

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        good = []
        for task in tasks:
            task.error = self._objection(task.document)
            if not task.error:
                good.append(task)
        linked = backend.binder("customer").to_internal_many(
            task.external_id for task in good
        )
        partners = self.resolve(backend, [task.document for task in good])
        addresses = self._changed_addresses(good)
        details = self._detail_values(backend, [task.document for task in good])
        self._keep_agreed(backend, good, partners, addresses, linked)
        pairs = []
        for task, partner, detail in zip(good, partners, details, strict=True):
            if isinstance(partner, HubError):
                task.error = partner
                continue
            pairs.append((task, partner, {}))
            if task.external_id in linked:
                self._update(backend, task, partner, addresses, detail)
            task.settle("done", partner)
        self._bind(backend, "customer", pairs)

    def _parts(self):
        return ("hub.importer.customer.address",)

    def _keep_agreed(self, backend, tasks, partners, addresses, linked):
        """Have orders keep the addresses that are about to change."""
        moving = [
            partner.id
            for task, partner in zip(tasks, partners, strict=True)
            if task.external_id in linked
            and self._may_move(backend, partner)
            and any(
                partner._fields[name].convert_to_write(partner[name], partner)
                != (value or False)
                for name, value in _changed_address(task, addresses).items()
            )
        ]
        self.env["hub.importer.customer.move"].keep_agreed(
            self.env["res.partner"].browse(moving)
        )

    def _may_move(self, backend, partner):
        """Return whether the store's address may become the contact's own."""
        return not (
            isinstance(partner, HubError)
            or partner.sudo().with_context(active_test=False).user_ids
            or self._keeps_company_address(backend, partner)
        )

    def _update(self, backend, task, partner, addresses, detail):
        """Take over what the store knows; what it leaves empty stays.

        Only what it is known to have emptied is emptied. Who can log in as this
        contact is not changed from outside: a shop account in somebody's name must not
        lead to that somebody's password.
        """
        if partner.sudo().with_context(active_test=False).user_ids:
            return
        customer = task.document
        wanted = {"email": customer.email, "phone": customer.phone}
        if customer.is_company == partner.is_company:
            wanted["name"] = customer.name
        changes = {
            name: value or False
            for name, value in wanted.items()
            if task.may_write(name)
            and (value or (name != "name" and task.has_changed(name)))
        }
        changes.update(
            (name, getattr(customer, path) or False)
            for name, path in SELDOM.items()
            if task.has_changed(path)
        )
        if not self._keeps_company_address(backend, partner):
            changes.update(_changed_address(task, addresses))
        changes = {
            name: value
            for name, value in changes.items()
            if partner._fields[name].convert_to_write(partner[name], partner)
            != (value or False)
        }
        changes.update(self._detail_changes(backend, task, partner, detail))
        if changes:
            partner.write(changes)

    @api.private
    def _keeps_company_address(self, backend, partner):
        """Return whether the partner has a company's address, not one of their own."""
        return "company" in backend._binding_models() and partner._hub_shares_address()

    def _changed_addresses(self, tasks):
        """Return {Address: partner values} of those known to have been changed."""
        changed = {
            task.document.default_address
            for task in tasks
            if task.decision
            and any(path.startswith("default_address.") for path in task.decision.take)
        }
        return self.env["hub.importer.address"].values_many(changed) if changed else {}

    def _objection(self, customer):
        if customer.label:
            return None
        return InvalidData(
            self.env._(
                "Customer %s has neither a name nor an e-mail nor a phone number.",
                customer.external_id or self.env._("(guest)"),
            ),
            remedy=self.env._("Complete the customer in the store, then retry."),
            title=self.env._("Customers have neither name nor e-mail nor phone."),
            code="no_identity",
            field="name",
        )

    @api.private
    def resolve(self, backend, customers):
        """Return the partner of each customer, creating what is missing.

        :param customers: list of Customer, each with a label
        :return: list of partners, or AmbiguousMatch errors, in the same order
        """
        linked = backend.binder("customer").to_internal_many(
            customer.external_id for customer in customers
        )
        unlinked = [c for c in customers if c.external_id not in linked]
        matched = self.env["hub.importer.match"].find(backend, "customer", unlinked)
        found = {
            _key(customer): partner
            for customer, partner in zip(unlinked, matched, strict=True)
            if partner
        }
        missing = {}
        for customer in customers:
            key = _key(customer)
            if customer.external_id in linked:
                found[key] = linked[customer.external_id]
            elif key not in found:
                missing.setdefault(_identity(customer), customer)
        created = self._create_partners(backend, missing)
        for customer in customers:
            found.setdefault(_key(customer), created.get(_identity(customer)))
        self._link(backend, customers, found, linked)
        return [found[_key(customer)] for customer in customers]

    def _create_partners(self, backend, missing):
        if not missing:
            return {}
        addresses = self.env["hub.importer.address"].values_many(
            customer.default_address
            for customer in missing.values()
            if customer.default_address
        )
        languages = dict(self.env["res.lang"].get_installed())
        details = self._detail_values(backend, missing.values())
        vals = [
            self._hub_values_customer(
                customer,
                {**self._values(customer, addresses, languages), **detail},
            )
            for customer, detail in zip(missing.values(), details, strict=True)
        ]
        partners = self.env["res.partner"].create(vals)
        return dict(zip(missing, partners, strict=True))

    def _values(self, customer, addresses, languages):
        values = {**addresses.get(customer.default_address, {})}
        language = _language(customer.language, languages)
        if language:
            values["lang"] = language
        values.update(
            name=customer.label,
            email=customer.email or False,
            phone=customer.phone
            or (customer.default_address and customer.default_address.phone)
            or False,
            company_name=customer.company_name or False,
            is_company=customer.is_company,
            vat=customer.tax_id or False,
            comment=customer.note or False,
        )
        return values

    @api.private
    def _hub_values_customer(self, customer, values):
        """Hook: change the values of a new partner."""
        return values

    def _link(self, backend, customers, found, linked):
        rows = {
            customer.external_id: {
                "external_id": customer.external_id,
                "odoo_id": found[_key(customer)].id,
                "sync_date": self.env.cr.now(),
            }
            for customer in customers
            if customer.external_id
            and customer.external_id not in linked
            and not isinstance(found[_key(customer)], HubError)
        }
        if rows:
            backend.binder("customer").bind_many(list(rows.values()))


def _key(customer):
    """Return what a customer is found under: the account, else the person."""
    return customer.external_id or _identity(customer)


def _identity(customer):
    """Return what makes two customers of one batch the same person."""
    if customer.email_key:
        return customer.email_key
    return customer.external_id or (
        customer.label,
        customer.phone,
        customer.default_address,
    )


def _language(tag, installed):
    """Return the installed language closest to an IETF tag, or None."""
    wanted = tag.replace("-", "_")
    if wanted in installed:
        return wanted
    short = wanted.split("_")[0]
    return next((code for code in installed if short and code.startswith(short)), None)


def _changed_address(task, addresses):
    """Return those values of the own address that the store is known to have changed.

    :param addresses: {Address: partner values}
    """
    address = addresses.get(task.document.default_address)
    return {
        name: address[name]
        for name, path in ADDRESS.items()
        if address and task.has_changed(f"default_address.{path}")
    }
