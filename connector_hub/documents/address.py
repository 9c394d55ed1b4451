# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A postal address with the person or company it belongs to."""

from __future__ import annotations

from .base import Part


class Address(Part):
    """All parts may be empty: stores let customers leave out nearly everything.

    ``country`` is ISO 3166-1 alpha-2, ``region`` the subdivision part of ISO 3166-2
    ("CA", not "US-CA"), ``region_name`` what people call it.
    """

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    zip: str = ""
    city: str = ""
    region: str = ""
    region_name: str = ""
    country: str = ""
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        """True when it says neither who nor where."""
        return not any(self.model_dump().values())

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes two addresses the same to a person: case and spaces do not."""
        parts = (
            self.name,
            self.company,
            self.street,
            self.street2,
            self.zip,
            self.city,
            self.region or self.region_name,
            self.country,
        )
        return tuple(" ".join(part.split()).casefold() for part in parts)
