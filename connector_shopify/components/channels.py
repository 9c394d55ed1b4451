# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""In which sales channels (publications) of a store a product is offered."""

from __future__ import annotations

import json

from odoo.addons.connector_hub.components.push import Push

from .client import ShopifyClient
from .user_errors import raise_refused


def send(client: ShopifyClient, push: Push) -> None:
    """Publish a product where it is news, and end what Odoo itself has published.

    What somebody else has published elsewhere stays as it is.
    """
    if "channels" not in push.changed:
        return
    old, new = (set(json.loads(text or "[]")) for text in push.changed["channels"])
    for query, answer, ids in (
        ("publish", "publishablePublish", new - old),
        ("unpublish", "publishableUnpublish", old - new),
    ):
        if ids:
            rows = [{"publicationId": gid} for gid in sorted(ids)]
            data = client.execute(query, {"id": push.remote_id, "input": rows})
            what = f"the publication of {push.remote_id}"
            raise_refused(data[answer], what, "id")
