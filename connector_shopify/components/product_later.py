# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is told of a product in calls of its own, once all of it has its id there."""

from __future__ import annotations

from dataclasses import replace

from odoo.addons.connector_hub.components.push import Push, Pushed
from odoo.addons.connector_hub.documents import field_of

from . import channels, details
from .client import ShopifyClient
from .picture_push import Pictures, send_pictures

LATER = frozenset(
    "image variants.image details.value variants.details.value channels".split()
)


def later(push: Push, done: Pushed) -> Pushed:
    """Have the rest told by another message, so that its failure is told by itself."""
    told = [path for path in push.changed if field_of(path) in LATER]
    if not told:
        return done
    # as it was known: all of it is news again
    unsaid = {
        path: push.changed[path][0] for path in told if not path.startswith("variants[")
    }
    return replace(done, state={**(done.state or {}), **unsaid}, unfinished=True)


def send_rest(client: ShopifyClient, push: Push) -> Pictures:
    """Tell details, channels and pictures as far as they are news."""
    details.send(client, push)
    channels.send(client, push)
    return send_pictures(client, push)
