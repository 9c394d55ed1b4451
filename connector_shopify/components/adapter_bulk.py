# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import Page
from odoo.addons.connector_hub.http_client import HttpClient

from . import bulk
from .times import changed_within

_logger = logging.getLogger(__name__)

#: from so many records on a bulk operation is quicker than pages
BULK_FROM = 1000


class ShopifyAdapter(Component):
    """Everything of a large store is read by a bulk operation."""

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
        """Yield changes; all records of a large store by a bulk operation.

        Its pages stand in no order, so how far was read is said at the end. What an
        operation failed to give is read in pages: what came twice is stored once.
        """
        if since is None and document in bulk.SOURCES:
            count = self.count(document, None, until)
            if count is not None and count >= BULK_FROM:
                try:
                    yield from self._in_bulk(document, until)
                    return
                except bulk.BulkFailed as error:
                    _logger.info("%s; reading %ss in pages.", error, document)
        yield from super().iter_changes(document, since, until)

    def _in_bulk(self, document: str, until: datetime | None) -> Iterator[Page]:
        reader = bulk.BulkReader(self.client(), document, self._lines_of)
        more = self._reader(document).more
        for nodes in reader.pages(changed_within(None, until)):
            if more and nodes:
                more(nodes)
            yield replace(self.page_of(nodes, self._event), read_up_to=None)
        yield Page((), reader.begun_at)

    def _lines_of(self, url: str) -> Iterator[bytes]:
        """Return the lines of a file, which lies on another host and needs no token."""
        parts = urlsplit(url)
        http = HttpClient(
            f"{parts.scheme}://{parts.netloc}", allow_loopback=self._allows_loopback
        )
        query = f"?{parts.query}" if parts.query else ""
        return http.lines(f"{parts.path}{query}")
