# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo says of an order by tags in the store."""

from __future__ import annotations

from .base import Document


class OrderTags(Document):
    """``external_id``: the order. ``tags``: those of Odoo that it has now.

    Of all its other tags nothing is said.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
