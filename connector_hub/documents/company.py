# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company that buys through its people, at several places."""

from __future__ import annotations

from .address import Address
from .base import Document, Part
from .customer import Customer


class CompanyLocation(Part):
    """A branch: where goods go, where invoices go, and on which terms it buys.

    ``payment_terms`` is the remote's own name of them, ``due_days`` how many days
    after the invoice they let it pay; None where they do not count days.
    """

    external_id: str
    name: str = ""
    reference: str = ""
    phone: str = ""
    shipping: Address | None = None
    billing: Address | None = None
    payment_terms: str = ""
    due_days: int | None = None
    tax_id: str = ""
    tax_exempt: bool = False


class CompanyContact(Part):
    """A person who buys for the company: a customer of the same remote system."""

    external_id: str
    title: str = ""
    is_main: bool = False
    customer: Customer


class Company(Document):
    """A company with its branches and people."""

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
