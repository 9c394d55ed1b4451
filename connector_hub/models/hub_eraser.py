# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from dataclasses import dataclass, field
from typing import Any

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..documents import Address, Customer, Part
from ..importers.task import Task
from .hub_message import OPEN_STATES, STUCK_STATES

#: states of messages that may concern a person whom no Odoo record shows
NOT_BOOKED = (OPEN_STATES, STUCK_STATES, ("skipped",))
#: fields of a person or an address that say who it is
PERSONAL = (
    "name company_name email phone tax_id note street street2 company zip city".split()
)
CHUNK = 1000


@dataclass
class Subjects:
    """What the hub knows of somebody in one backend."""

    backend: Any
    #: {document: external ids}
    externals: dict[str, set[str]] = field(default_factory=dict)
    #: {Odoo model: ids}
    records: dict[str, set[int]] = field(default_factory=dict)
    #: what only this person's data say: names, addresses, numbers
    texts: set[str] = field(default_factory=set)
    message_ids: list[int] = field(default_factory=list)
    #: all of a person, not only some records
    person: bool = False
    #: backends that are erased in the same go; None: this one alone
    together: Any = None
    #: remote ids of companies they buy for: they are named in those, and remain
    employers: set[str] = field(default_factory=set)

    def add(self, document: str, external_ids: Any) -> None:
        """Add remote records."""
        self.externals.setdefault(document, set()).update(external_ids)

    def add_records(self, records: Any) -> None:
        """Add Odoo records."""
        self.records.setdefault(records._name, set()).update(records.ids)


class HubEraser(models.AbstractModel):
    """Finds what the hub keeps about a person.

    One method per document, ``_erase_<document>(subjects)``, says which other records
    hold the same person's data. Documents without one concern themselves only.
    """

    _name = "hub.eraser"
    _description = "Erasure of Personal Data"

    @api.private
    def find(self, backend, document, external_ids, everything=False):
        """Return the Subjects of remote records.

        :param everything: read all stored payloads, not only of what was not booked
        """
        subjects = Subjects(backend.sudo())
        subjects.add(document, external_ids)
        related = getattr(self, f"_erase_{document}", None)
        if related:
            related(subjects)
        return self._complete(subjects, everything)

    @api.private
    def find_person(self, backend, email, everything=False):
        """Return the Subjects of an e-mail address."""
        subjects = Subjects(backend.sudo(), texts={email})
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        company = [False, backend.company_id.id]
        domain = Domain("email_normalized", "=", email.strip().lower())
        self._add_partners(
            subjects, partners.search(domain & Domain("company_id", "in", company))
        )
        return self._complete(subjects, everything)

    @api.private
    def of_messages(self, backend, message_ids):
        """Return the Subjects of messages, whoever they are about."""
        subjects = Subjects(backend.sudo(), message_ids=list(message_ids))
        subjects.texts |= self._texts_of(subjects.backend, message_ids)
        return subjects

    def _complete(self, subjects, everything):
        """Find the messages, and in their payloads what else names the person."""
        subjects.message_ids = self._messages_of(subjects)
        subjects.texts |= self._texts_of(subjects.backend, subjects.message_ids)
        if subjects.person:
            more = self._messages_that_mention(subjects, everything)
            subjects.message_ids += sorted(more - set(subjects.message_ids))
            # a company's payload names others as well
            more -= self._of_employers(subjects)
            subjects.texts |= self._texts_of(subjects.backend, more)
        return subjects

    # === DOCUMENTS ===#

    def _erase_customer(self, subjects):
        binder = subjects.backend.binder("customer")
        found = binder.to_internal_many(subjects.externals["customer"])
        partners = self.env["res.partner"].sudo()
        for partner in found.values():
            partners |= partner.sudo()
        self._add_partners(subjects, partners)

    def _erase_order(self, subjects):
        binder = subjects.backend.binder("order")
        found = binder.to_internal_many(subjects.externals["order"])
        orders = self.env["sale.order"].sudo()
        for order in found.values():
            orders |= order.sudo()
        self._add_orders(subjects, orders)
        for partner in orders.partner_id | orders.partner_shipping_id:
            if not partner.user_ids:
                subjects.texts |= _texts_of_partner(partner)

    def _add_partners(self, subjects, partners):
        """Add contacts, their addresses, and what was sold to them."""
        subjects.person = True
        family = partners.with_context(active_test=False)
        family |= family.child_ids.filtered(lambda child: child.type != "contact")
        subjects.add_records(family)
        self._add_bound(subjects, "customer", family)
        self._add_employers(subjects, family)
        for partner in family:
            subjects.texts |= _texts_of_partner(partner)
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                Domain("company_id", "=", subjects.backend.company_id.id)
                & (
                    Domain("partner_id", "in", family.ids)
                    | Domain("partner_invoice_id", "in", family.ids)
                    | Domain("partner_shipping_id", "in", family.ids)
                )
            )
        )
        self._add_orders(subjects, orders)

    def _add_orders(self, subjects, orders):
        """Add orders, their deliveries and invoices."""
        subjects.add_records(orders)
        subjects.add_records(orders.picking_ids)
        subjects.add_records(orders.invoice_ids)
        self._add_bound(subjects, "order", orders)

    def _add_bound(self, subjects, entity, records):
        if records and entity in subjects.backend._binding_models():
            linked = subjects.backend.binder(entity).to_external_many(records)
            subjects.add(entity, [gid for gids in linked.values() for gid in gids])

    def _add_employers(self, subjects, family):
        companies = (family.parent_id - family).filtered("is_company")
        if companies and "company" in subjects.backend._binding_models():
            linked = subjects.backend.binder("company").to_external_many(companies)
            subjects.employers.update(gid for gids in linked.values() for gid in gids)

    # === MESSAGES ===#

    def _of_employers(self, subjects):
        """Return the ids of messages about companies the person buys for."""
        if not subjects.employers:
            return set()
        flows = subjects.backend.flow_ids.filtered(lambda f: f.document == "company")
        ids = list(subjects.employers)
        return self._matching(
            SQL("flow_id = ANY(%s) AND external_id = ANY(%s)", flows.ids, ids)
        )

    def _messages_of(self, subjects):
        """Return the ids of all messages about these remote or Odoo records."""
        self.env.flush_all()
        found = set()
        flows = subjects.backend.flow_ids
        for document, external_ids in subjects.externals.items():
            ids = flows.filtered(lambda f, d=document: f.document == d).ids
            found |= self._matching(
                SQL("flow_id = ANY(%s) AND external_id = ANY(%s)", ids, [*external_ids])
            )
        for model, ids in subjects.records.items():
            found |= self._matching(
                SQL(
                    "res_model = %s AND res_id = ANY(%s) AND backend_id = %s",
                    model,
                    list(ids),
                    subjects.backend.id,
                )
            )
        return sorted(found)

    def _matching(self, condition):
        query = SQL("SELECT id FROM hub_message WHERE %s", condition)
        return {row[0] for row in self.env.execute_query(query)}

    def _messages_that_mention(self, subjects, everything):
        """Return the ids of messages in whose payloads an e-mail address occurs.

        Bodies are compressed, so they have to be read; usually only those that led to
        no record.
        """
        needles = [t.casefold().encode() for t in subjects.texts if "@" in t]
        if not needles:
            return set()
        conditions = [SQL("state = ANY(%s)", list(states)) for states in NOT_BOOKED]
        candidates = self._of_employers(subjects)
        for condition in [SQL("TRUE")] if everything else conditions:
            flows = SQL("flow_id = ANY(%s)", subjects.backend.flow_ids.ids)
            candidates |= self._matching(SQL("%s AND %s", flows, condition))
        return {
            message_id
            for message_id, body in self._bodies(sorted(candidates))
            if any(needle in body.lower() for needle in needles)
        }

    def _bodies(self, message_ids):
        """Yield (message id, bytes) of every payload of these messages."""
        payloads = self.env["hub.payload"]
        for start in range(0, len(message_ids), CHUNK):
            ids = message_ids[start : start + CHUNK]
            yield from payloads.every(ids)

    def _texts_of(self, backend, message_ids):
        """Return what the payloads of messages say about persons."""
        texts = set()
        documents = dict(
            self.env.execute_query(
                SQL(
                    "SELECT m.id, f.document FROM hub_message m"
                    " JOIN hub_flow f ON f.id = m.flow_id WHERE m.id = ANY(%s)",
                    list(message_ids),
                )
            )
        )
        keys = backend._sensitive_keys()
        for message_id, body in self._bodies(sorted(documents)):
            task = Task(message_id, str(message_id))
            mapper = backend.mapper(documents[message_id])
            mapper.load(task, body)
            if task.payload is not None:
                mapper.translate(task, 1)
                texts |= set(_under(task.payload, keys))
            if task.document:
                texts |= set(_personal(task.document))
        return texts


def _texts_of_partner(partner):
    names = ("name", "email", "phone", "street", "street2", "vat", "company_name")
    return {partner[name] for name in names if partner[name]}


def _personal(part):
    """Yield what persons and addresses inside a document say."""
    if isinstance(part, Customer | Address):
        yield from filter(None, (getattr(part, name, "") for name in PERSONAL))
    for name in type(part).model_fields:
        value = getattr(part, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Part):
                yield from _personal(item)


def _under(value, keys, inside=False):
    """Yield the texts of a payload below keys that hold personal data."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _under(item, keys, inside or key.lower() in keys)
    elif isinstance(value, list):
        for item in value:
            yield from _under(item, keys, inside)
    elif inside and isinstance(value, str) and value:
        yield value


def variants(text):
    """Return how a text appears in JSON and in HTML as well."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    quoted = escaped.replace("'", "&#39;").replace('"', "&#34;")
    return {text, escaped, quoted, json.dumps(text)[1:-1]}
