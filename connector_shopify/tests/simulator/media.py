# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pictures of products: uploaded, processed after a while, and served by the CDN."""

from __future__ import annotations

import hashlib
from typing import Any

from .errors import NotSimulated
from .paging import connection
from .product_rules import known_only, refused
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

MAX_MEDIA = 250
TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
#: what can be uploaded, and as which types
RESOURCES = {
    "IMAGE": TYPES,
    "PRODUCT_IMAGE": TYPES,
    "BULK_MUTATION_VARIABLES": {"text/jsonl"},
}
MEDIA_INPUT = {"originalSource", "mediaContentType", "alt"}
UPLOAD = {"filename", "mimeType", "resource", "fileSize", "httpMethod"}


class Media:
    """`files`: what the CDN serves, {name: (content type, bytes)}.

    What was sent is UPLOADED, without an address, until `process` is called: the real
    one takes some seconds, and then the product counts as updated.
    """

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.files: dict[str, tuple[str, bytes]] = {}
        self.staged: dict[str, Object] = {}
        self.served: list[str] = []

    # === WHAT THE SHOP'S STAFF DOES ===

    def show(
        self, gid: str, content: bytes, name: str = "a.png", kind: str = "image/png"
    ) -> Object:
        """Give a product or variant a picture, which is its first from now on."""
        row = self.shop.find(gid)
        product = row.get("product") or row
        picture = self._new(name)
        self._ready(picture, kind, content)
        product["media"].insert(0, picture)
        if row is not product:
            row["media"] = [picture]
        self.shop.touch(product["id"])
        return picture

    def process(self) -> None:
        """Finish what was uploaded."""
        for product in self.shop.collection("products").objects.values():
            waiting = [row for row in product["media"] if row["status"] == "UPLOADED"]
            for row in waiting:
                upload = row.pop("_upload")
                self._ready(row, upload["mimeType"], upload["content"])
            if waiting:
                self.shop.touch(product["id"])

    def _new(self, name: str) -> Object:
        gid, number = self.shop.generator.ids.next("MediaImage")
        return {
            "__typename": "MediaImage",
            "id": gid,
            "alt": "",
            "mediaContentType": "IMAGE",
            "status": "UPLOADED",
            "image": None,
            "_name": f"{number}/{name}",
        }

    def _ready(self, row: Object, kind: str, content: bytes) -> None:
        name = row["_name"]
        self.files[name] = (kind, content)
        version = hashlib.sha256(content).hexdigest()[:8]
        url = f"{self.shop.url}/cdn/{name}?v={version}"
        row.update(status="READY", image={"__typename": "Image", "url": url})

    # === UPLOADS ===

    def stage(self, values: Object) -> Object:
        _gid, number = self.shop.generator.ids.next("StagedUpload")
        key = f"tmp/{number}/{values['filename']}"
        self.staged[key] = {**values, "content": None}
        fields = {"Content-Type": values["mimeType"], "key": key, "policy": "signed"}
        return {
            "url": f"{self.shop.url}/_staged/",
            "resourceUrl": f"{self.shop.url}/_staged/{key}",
            "parameters": [{"name": n, "value": v} for n, v in fields.items()],
        }

    def receive(self, fields: Object, content: bytes | None) -> int:
        """Take an upload; return the status of the answer."""
        upload = self.staged.get(fields.get("key", ""))
        if upload is None or fields.get("policy") != "signed":
            return 403
        if content is None or fields.get("Content-Type") != upload["mimeType"]:
            return 400
        if len(content) != int(upload.get("fileSize") or len(content)):
            return 400
        upload["content"] = content
        return 201

    def attach(self, product: Object, inputs: list[Object]) -> list[Object]:
        """Add media at the end; return what is wrong with them."""
        errors, rows = [], []
        for place, values in enumerate(inputs):
            known_only(values, MEDIA_INPUT, "CreateMediaInput")
            upload = self._uploaded(values["originalSource"])
            if upload is None:
                message = "Invalid image url value provided"
                errors.append(refused(None, message, "media", place, "originalSource"))
                continue
            row = {**self._new(upload["filename"]), "_upload": upload}
            rows.append(row)
        if len(product["media"]) + len(rows) > MAX_MEDIA:
            message = f"Exceeded the maximum number of {MAX_MEDIA} media per product"
            return [refused(None, message, "media")]
        if not errors:
            product["media"].extend(rows)
        return errors

    def _uploaded(self, source: str) -> Object | None:
        prefix = f"{self.shop.url}/_staged/"
        if not source.startswith(prefix):
            raise NotSimulated(f"media from {source}")
        upload = self.staged.get(source.removeprefix(prefix))
        return upload if upload and upload["content"] else None

    def by_source(self, product: Object, source: str) -> Object | None:
        """Return the medium that was made of an upload a moment ago."""
        upload = self._uploaded(source)
        rows = [row for row in product["media"] if row.get("_upload") is upload]
        return rows[-1] if upload and rows else None


def media_error(code: str, message: str, *field: Any) -> Object:
    return {**refused(code, message, *field), "__typename": "MediaUserError"}


def _stage(run: Run, obj: Object, args: Args) -> Object:
    targets = []
    for values in args["input"]:
        known_only(values, UPLOAD, "StagedUploadInput")
        if values["resource"] not in RESOURCES:
            raise NotSimulated(f"upload of {values['resource']}")
        if values.get("httpMethod") != "POST":
            raise NotSimulated("uploads by PUT")
        if values["mimeType"] not in RESOURCES[values["resource"]]:
            message = f"'{values['mimeType']}' is not a recognized format"
            error = refused(None, message, "input", "0", "mimeType")
            return {"stagedTargets": None, "userErrors": [error]}
        targets.append(run.shop.media.stage(values))
    return {"stagedTargets": targets, "userErrors": []}


def _reorder(run: Run, obj: Object, args: Args) -> Object:
    product = run.shop.collection("products").objects.get(args["id"])
    if product is None:
        error = media_error("PRODUCT_DOES_NOT_EXIST", "Product does not exist", "id")
        return {"job": None, "mediaUserErrors": [error]}
    rows = product["media"]
    by_id = {row["id"]: row for row in rows}
    for place, move in enumerate(args["moves"]):
        row = by_id.get(move["id"])
        if row is None:
            message = "Media does not exist on the given product"
            code = "MEDIA_DOES_NOT_EXIST_ON_PRODUCT"
            error = media_error(code, message, "moves", place, "id")
            return {"job": None, "mediaUserErrors": [error]}
        rows.remove(row)
        rows.insert(int(move["newPosition"]), row)
    run.shop.touch(product["id"])
    gid, _number = run.shop.generator.ids.next("Job")
    return {"job": {"id": gid, "done": False}, "mediaUserErrors": []}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    product = run.shop.collection("products").objects.get(args["productId"])
    answer: Object = {"deletedMediaIds": None, "mediaUserErrors": []}
    if product is None:
        error = media_error(
            "PRODUCT_DOES_NOT_EXIST", "Product does not exist", "productId"
        )
        return {**answer, "mediaUserErrors": [error]}
    known = {row["id"] for row in product["media"]}
    lost = [gid for gid in args["mediaIds"] if gid not in known]
    if lost:
        message = f"Media id {lost[0]} does not exist"
        error = media_error("MEDIA_DOES_NOT_EXIST", message, "mediaIds")
        return {**answer, "mediaUserErrors": [error]}
    for row in (product, *product["variants"]):
        row["media"] = [m for m in row["media"] if m["id"] not in args["mediaIds"]]
    run.shop.touch(product["id"])
    return {**answer, "deletedMediaIds": list(args["mediaIds"])}


def _featured(run: Run, obj: Object, args: Args) -> Any:
    return next(iter(obj["media"]), None)


def _list(run: Run, obj: Object, args: Args) -> Any:
    if args.get("query"):
        raise NotSimulated("search in Product.media")
    rows = list(obj["media"])
    if args.get("sortKey") == "ID":
        rows.sort(key=lambda row: int(row["id"].rpartition("/")[2]))
    return connection(rows, None, args)


MEDIA: Resolvers = {
    ("Mutation", "stagedUploadsCreate"): _stage,
    ("Mutation", "productReorderMedia"): _reorder,
    ("Mutation", "productDeleteMedia"): _delete,
    ("Product", "featuredMedia"): _featured,
    ("Product", "media"): _list,
}
