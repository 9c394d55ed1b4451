# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is sent to a store: one sender per document."""

from __future__ import annotations

from collections.abc import Sequence

from odoo.addons.component.core import AbstractComponent
from odoo.addons.connector_hub.components.push import Operation, Probed, Push, Pushed

from .client import ShopifyClient


class ShopifySender(AbstractComponent):
    """Sends one document; its usage is ``hub.sender.<document>``.

    Nothing here touches the database: it runs outside any transaction.
    """

    _name = "hub.shopify.sender"
    _inherit = "hub.system"
    _system = "shopify"

    #: the GraphQL client of the store, which the adapter has prepared
    client: ShopifyClient

    def operations(self) -> dict[str, Operation]:
        """Return {action: how it is done}; see ``hub.adapter``."""
        raise NotImplementedError

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Send records in one call; see ``hub.adapter``."""
        raise NotImplementedError

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look up what became of pushes; for probed operations only."""
        raise NotImplementedError
