# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a record has besides, as one side has added it."""

from __future__ import annotations

from .base import Part


class Detail(Part):
    """``external_id`` is what it is called there: "custom.material".

    ``value`` is a text: "12", "1.5", "true", "2026-01-31",
    "2026-01-31T10:00:00+00:00"; empty when there is none. ``remote_type`` is how the
    remote names its type.
    """

    external_id: str
    remote_type: str = ""
    value: str = ""
