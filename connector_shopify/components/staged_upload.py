# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files on their way to a store: they go to a storage that the store names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from odoo.addons.connector_hub.components.push import File
from odoo.addons.connector_hub.exceptions import AuthError, Rejected

from .client import ShopifyClient
from .user_errors import raise_refused

Node = dict[str, Any]


def stage(client: ShopifyClient, file: File, resource: str) -> Node:
    """Upload a file; return the target, whose address mutations know it by.

    :param resource: StagedUploadTargetGenerateUploadResource
    """
    entry = {
        "filename": file.name,
        "mimeType": file.mime_type,
        "fileSize": str(len(file.content)),
        "httpMethod": "POST",
        "resource": resource,
    }
    data = client.execute("staged_upload", {"input": [entry]})
    raise_refused(data["stagedUploadsCreate"], f"the file {file.name}")
    (target,) = data["stagedUploadsCreate"]["stagedTargets"]
    try:
        _deliver(client, target, file)
    except AuthError as error:
        # the storage's own form was refused: the store's token has no part in it
        raise Rejected(error.message, remedy="Retry.", code=error.code) from error
    return dict(target)


def _deliver(client: ShopifyClient, target: Node, file: File) -> None:
    address = urlsplit(target["url"])
    client.elsewhere(f"{address.scheme}://{address.netloc}").request(
        "POST",
        address.path + (f"?{address.query}" if address.query else ""),
        # fields first: what comes after the file is not read
        data={row["name"]: row["value"] for row in target["parameters"]},
        files={"file": (file.name, file.content, file.mime_type)},
        idempotent=True,
    )
