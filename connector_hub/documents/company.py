# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company that buys through its people, at several places."""

from __future__ import annotations

from typing import ClassVar

from .address import Address
from .base import Document, Part
from .customer import Customer


class CompanyLocation(Part):
    """A branch: where goods go, where invoices go, and on which terms it buys.

    ``payment_terms`` is the remote's own name of them, ``due_days`` how many days
    after the invoice they let it pay; None where they do not count days.
    ``removed``: it is to be deleted. ``origin`` names the Odoo record that says it.
    """

    external_id: str = ""
    name: str = ""
    reference: str = ""
    phone: str = ""
    shipping: Address | None = None
    billing: Address | None = None
    payment_terms: str = ""
    due_days: int | None = None
    tax_id: str = ""
    tax_exempt: bool = False
    removed: bool = False
    origin: str = ""


class CompanyContact(Part):
    """A person who buys for the company: a customer of the same remote system.

    ``removed``: the person does not buy for it any more. ``origin`` names the Odoo
    record that says it. Of whom the remote knows already the customer is not said.
    """

    external_id: str = ""
    title: str = ""
    is_main: bool = False
    removed: bool = False
    origin: str = ""
    customer: Customer | None = None


class Company(Document):
    """A company with its branches and people.

    Odoo may know and say some branches and people only.
    """

    partial_lists: ClassVar[frozenset[str]] = frozenset({"locations", "contacts"})

    name: str = ""
    #: the company's number in other systems
    reference: str = ""
    note: str = ""
    locations: tuple[CompanyLocation, ...] = ()
    contacts: tuple[CompanyContact, ...] = ()

    @property
    def tax_id(self) -> str:
        """The tax number, where all branches that have one have the same."""
        found = {place.tax_id for place in self.locations if place.tax_id}
        return found.pop() if len(found) == 1 else ""
