# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A person or company that buys."""

from __future__ import annotations

from typing import ClassVar

from .address import Address
from .base import Document, Part


class CustomerAddress(Address):
    """An entry of a customer's address book.

    ``removed``: it is to be deleted. ``origin`` names the Odoo record that says it
    ("res.partner,12"), so that it can be linked once it exists.
    """

    external_id: str = ""
    is_default: bool = False
    removed: bool = False
    origin: str = ""

    @property
    def plain(self) -> Address:
        """The address itself, without its place in the book."""
        return Address(**{name: getattr(self, name) for name in Address.model_fields})


class CustomerCompany(Part):
    """For whom somebody buys: a company, at one of its branches."""

    external_id: str
    name: str = ""
    location_id: str = ""
    contact_id: str = ""


class Customer(Document):
    """A customer account, or a guest buyer (``external_id`` is then empty).

    Of the address book Odoo may know and say some entries only.
    """

    partial_lists: ClassVar[frozenset[str]] = frozenset({"addresses"})

    name: str = ""
    company_name: str = ""
    #: said of who placed an order
    company: CustomerCompany | None = None
    is_company: bool = False
    email: str = ""
    phone: str = ""
    #: IETF language tag of the customer: "de", "pt-BR"
    language: str = ""
    tax_id: str = ""
    tax_exempt: bool = False
    #: the remote's own names of partial exemptions
    tax_exemptions: tuple[str, ...] = ()
    accepts_marketing: bool | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    default_address: Address | None = None
    addresses: tuple[CustomerAddress, ...] = ()

    @property
    def is_guest(self) -> bool:
        """True when the remote has no account for this buyer."""
        return not self.external_id

    @property
    def label(self) -> str:
        """The best name there is; empty when there is none."""
        address = self.default_address or Address()
        return (
            self.name
            or self.company_name
            or address.name
            or address.company
            or self.email
            or self.phone
            or address.phone
        )

    @property
    def email_key(self) -> str:
        """The e-mail as compared: stores keep the case people typed."""
        return self.email.strip().casefold()
