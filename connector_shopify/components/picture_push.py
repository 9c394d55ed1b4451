# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pictures of Odoo in a store: uploaded, shown, and taken away again.

Only what Odoo has put there itself is ever deleted.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from odoo.addons.connector_hub.components.push import File, Push

from ..const import MAX_PAGE
from .client import ShopifyClient
from .staged_upload import stage
from .user_errors import raise_refused

Node = dict[str, Any]
#: {whose: (id there, checksum)}, or None where it has none any more
Pictures = dict[str, "tuple[str, str] | None"]


def send_pictures(client: ShopifyClient, push: Push) -> Pictures:
    """Tell a product that exists which pictures it and its variants have."""
    found: Pictures = {}
    old = []
    for origin, part in _parts_of(push).items():
        if origin in push.files:
            found[origin] = _show(client, push, part, push.files[origin])
        elif _is_removed(push, part):
            found[origin] = None
        else:
            continue
        told = found[origin]
        if part["image_id"] and part["image_id"] != (told and told[0]):
            old.append(part["image_id"])
    if old:
        data = client.execute("media_delete", {"id": push.remote_id, "ids": old})
        answer = data["productDeleteMedia"]
        errors = [e for e in answer["mediaUserErrors"] if not _is_gone(e)]
        raise_refused({"userErrors": errors}, f"pictures of {push.remote_id}")
    return found


def _parts_of(push: Push) -> dict[str, Node]:
    """Return {whose: {id, image_id}} of a product and of its variants."""
    template = {"id": push.remote_id, "image_id": push.payload["image_id"]}
    parts = {push.record: template}
    parts.update({v["origin"]: v for v in push.payload["variants"] if v["id"]})
    return parts


def _is_removed(push: Push, part: Node) -> bool:
    is_product = part["id"] == push.remote_id
    path = "image" if is_product else f"variants[{part['id']}].image"
    return path in push.changed and not push.changed[path][1]


def _show(client: ShopifyClient, push: Push, part: Node, file: File) -> tuple[str, str]:
    if part["id"] == push.remote_id:
        media = _already_there(client, push, file) or _add(client, push, file)
        _make_first(client, push, media)
    else:
        media = _add_to_variant(client, push, part, file)
    return media, file.checksum


def _already_there(client: ShopifyClient, push: Push, file: File) -> str:
    """Return the id of the picture, where an earlier try has put it there."""
    data = client.query("product_media", id=push.remote_id, first=MAX_PAGE)
    stem = file.name.rpartition(".")[0]
    for node in (data["product"] or {"media": {"nodes": []}})["media"]["nodes"]:
        address = (node.get("image") or {}).get("url") or ""
        if stem in urlsplit(address).path.rpartition("/")[2]:
            return str(node["id"])
    return ""


def _add(client: ShopifyClient, push: Push, file: File) -> str:
    media = {"originalSource": upload(client, file), "mediaContentType": "IMAGE"}
    data = client.execute(
        "media_add", {"product": {"id": push.remote_id}, "media": [media]}
    )
    raise_refused(data["productUpdate"], f"the picture of {push.remote_id}")
    # the newest comes first
    return str(data["productUpdate"]["product"]["media"]["nodes"][0]["id"])


def _make_first(client: ShopifyClient, push: Push, media: str) -> None:
    moves = [{"id": media, "newPosition": "0"}]
    data = client.execute("media_first", {"id": push.remote_id, "moves": moves})
    answer = data["productReorderMedia"]
    raise_refused({"userErrors": answer["mediaUserErrors"]}, push.remote_id)


def _add_to_variant(client: ShopifyClient, push: Push, part: Node, file: File) -> str:
    source = upload(client, file)
    data = client.execute(
        "variant_pictures",
        {
            "id": push.remote_id,
            "variants": [{"id": part["id"], "mediaSrc": [source]}],
            "media": [{"originalSource": source, "mediaContentType": "IMAGE"}],
        },
    )
    answer = data["productVariantsBulkUpdate"]
    raise_refused(answer, f"the picture of {part['id']}", "productId")
    (variant,) = answer["productVariants"]
    return str(variant["media"]["nodes"][0]["id"])


def upload(client: ShopifyClient, file: File) -> str:
    """Upload a picture; return the address that mutations know it by."""
    return str(stage(client, file, "IMAGE")["resourceUrl"])


def _is_gone(error: Node) -> bool:
    return str(error["code"] or "").startswith("MEDIA_DOES_NOT_EXIST")
