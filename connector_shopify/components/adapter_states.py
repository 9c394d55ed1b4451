# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which records a store has, and how new they are: to compare it with Odoo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import State

from .costs import page_length
from .times import changed_within, parse_time

#: documents that can be read without their content, as the connection is named
CONNECTIONS = {"order": "orders", "customer": "customers", "product": "products"}


class ShopifyStateReader(Component):
    _inherit = "hub.shopify.adapter"

    def iter_states(
        self, document: str, since: datetime | None
    ) -> Iterator[list[State]]:
        """Yield ids and update times, 250 for the price of a dozen points."""
        if document not in CONNECTIONS:
            yield from super().iter_states(document, since)
            return
        name, after = f"{document}_states", None
        while True:
            data = self.client().query(
                name,
                first=page_length(name),
                after=after,
                query=changed_within(since, None) or None,
            )
            page = data[CONNECTIONS[document]]
            yield [
                State(node["id"], parse_time(node["updatedAt"]))
                for node in page["nodes"]
            ]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]
