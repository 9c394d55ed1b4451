# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tags of Odoo on the orders of a store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import (
    Operation,
    Push,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.documents import OrderTags
from odoo.addons.connector_hub.exceptions import HubError, NotFound, Rejected

from .pages import not_found

MISSING = "does not exist"


class ShopifyOrderTagsMapper(Component):
    """Tags as the mutations take them."""

    _name = "hub.shopify.order_tags.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.order_tags"
    _system = "shopify"

    @staticmethod
    def to_payload(document: OrderTags, **options: Any) -> dict[str, Any]:
        """Return the tags the order is to have besides its own."""
        return {"tags": list(document.tags)}


class ShopifyOrderTagsSender(Component):
    """``tagsAdd`` and ``tagsRemove``: an order has a tag once, however often it is
    told, so that the same calls may be repeated. Only tags that it was told before
    are taken away."""

    _name = "hub.shopify.order_tags.sender"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.order_tags"

    def operations(self) -> dict[str, Operation]:
        """Return the one operation: an order is there already."""
        return {"update": Operation("tagsAdd, tagsRemove", Safety.KEYED)}

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Tell the tags of orders, one after the other."""
        return {push.record: self._tell(push) for push in pushes}

    def _tell(self, push: Push) -> Pushed:
        before, _now = push.changed.get("tags", (None, None))
        wanted = push.payload["tags"]
        told = json.loads(before or "[]")
        gone = _without(told, wanted)
        added = False
        try:
            # the new state first: at no time does the order seem to be in none
            if wanted:
                self._run("tags_add", "tagsAdd", push.remote_id, wanted)
                added = bool(_without(wanted, told))
            if gone:
                self._run("tags_remove", "tagsRemove", push.remote_id, gone)
        except HubError as error:
            if added:
                # it has both now: first of all that is noted, or the new ones would
                # be taken for the store's own if they are not wanted either some day
                both = json.dumps(sorted({*told, *wanted}))
                return Pushed(push.remote_id, state={"tags": both}, unfinished=True)
            if not isinstance(error, NotFound | Rejected):
                raise
            return Pushed(error=error)
        return Pushed(push.remote_id)

    def _run(self, name: str, mutation: str, gid: str, tags: list[str]) -> None:
        data = self.client.execute(name, {"id": gid, "tags": tags})
        errors = data[mutation]["userErrors"]
        if not errors:
            return
        message = errors[0]["message"]
        if MISSING in message:
            raise not_found(gid)
        raise Rejected(
            f"Shopify: {message}",
            title="Tags of orders are refused by Shopify.",
            remedy="Correct the tag in the mappings of the store, then retry.",
            code="tags",
        )


def _without(tags: list[str], others: list[str]) -> list[str]:
    """Return the tags that are not among others; stores do not mind their case."""
    known = {tag.casefold() for tag in others}
    return [tag for tag in tags if tag.casefold() not in known]
