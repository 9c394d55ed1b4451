# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A record that is there no more."""

from __future__ import annotations

from enum import Enum

from .base import Document


class Departure(Enum):
    """How it went: it can come back, or not."""

    ARCHIVED = "archived"
    DELETED = "deleted"


class Gone(Document):
    """Said by an exporter of a record that was archived or deleted.

    Stands for any document: what kind of record it was is known from the flow.
    """

    departure: Departure
