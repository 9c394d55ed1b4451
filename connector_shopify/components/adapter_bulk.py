# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import Event, Page
from odoo.addons.connector_hub.http_client import HttpClient

from . import bulk
from .times import changed_within

_logger = logging.getLogger(__name__)

#: from so many records on a bulk operation is quicker than pages
BULK_FROM = 1000


class ShopifyAdapter(Component):
    """Much of a large store is read by a bulk operation."""

    _inherit = "hub.shopify.adapter"

    def client(self) -> Any:
        """Also note what opening the operation's file takes."""
        client = super().client()
        if not hasattr(self, "_allows_loopback"):
            self._allows_loopback = self.backend_record._allows_loopback()
        return client

    def iter_changes(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Yield changes; all products of a large store by a bulk operation.

        Its pages stand in no order, so how far was read is said at the end. Of orders
        there are soon too many for one reading: those that are only polled come in
        pages, each of which is kept for good.
        """
        if since is not None or document != "product":
            yield from super().iter_changes(document, since, until)
            return
        yield from self.iter_history(document, since, until)
        if self._read_since:
            yield Page((), self._read_since)

    def iter_history(
        self,
        document: str,
        since: datetime | None,
        until: datetime | None = None,
        position: str = "",
    ) -> Iterator[Page]:
        """Yield the records of a window; many of them by a bulk operation.

        What an operation failed to give is read in pages: what came twice is stored
        once.
        """
        self._read_since: datetime | None = None
        if self._is_much(document, since, until, position):
            try:
                yield from self._in_bulk(document, since, until, position)
                return
            except bulk.BulkFailed as error:
                _logger.info("%s; reading %ss in pages.", error, document)
        yield from self._in_pages(document, since, until)

    def _is_much(
        self,
        document: str,
        since: datetime | None,
        until: datetime | None,
        position: str,
    ) -> bool:
        if document not in bulk.SOURCES:
            return False
        count = None if position else self.count(document, since, until)
        return bool(position) or (count is not None and count >= BULK_FROM)

    def _in_bulk(
        self,
        document: str,
        since: datetime | None,
        until: datetime | None,
        position: str,
    ) -> Iterator[Page]:
        reader = bulk.BulkReader(
            self.client(),
            document,
            self._lines_of,
            presentment=self._presentment,
            position=position,
        )
        more = getattr(self._reader(document), "more", None)
        read = partial(self._bulk_event, bulk.SOURCES[document].is_whole)
        for nodes in reader.pages(changed_within(since, until)):
            if more and nodes:
                more(nodes)
            page = self.page_of(nodes, read)
            yield replace(page, read_up_to=None, position=reader.position)
        self._read_since = reader.begun_at

    def _bulk_event(
        self, is_whole: Callable[[dict[str, Any]], bool], node: dict[str, Any]
    ) -> Event:
        """Return the event of a record; what is not all of it is a hint."""
        is_all = is_whole(node)
        event = self._event(node)
        if is_all:
            return event
        known = {"id": node["id"], "updatedAt": node["updatedAt"]}
        return replace(event, body=json.dumps(known).encode(), complete=False)

    def _lines_of(self, url: str, start: int) -> Iterator[bytes]:
        """Return the lines of a file, which lies on another host and needs no token."""
        parts = urlsplit(url)
        http = HttpClient(
            f"{parts.scheme}://{parts.netloc}", allow_loopback=self._allows_loopback
        )
        query = f"?{parts.query}" if parts.query else ""
        return http.lines(f"{parts.path}{query}", start)
