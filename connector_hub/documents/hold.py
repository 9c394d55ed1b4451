# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Why an order should wait."""

from __future__ import annotations

from enum import Enum

from .base import Part


class Risk(Enum):
    """What the store's fraud analysis advises."""

    NONE = ""
    ACCEPT = "accept"
    INVESTIGATE = "investigate"
    CANCEL = "cancel"


class Hold(Part):
    """A reason for which the store does not let the order be delivered now."""

    external_id: str
    reason: str
    note: str = ""
