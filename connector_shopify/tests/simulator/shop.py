# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The state of one simulated shop, and everything a test may do to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from .bulk import Bulk
from .catalogues import Catalogues
from .collection import Collection
from .cost import Bucket
from .dispatch import Dispatch
from .edits import Edits
from .errors import NotSimulated
from .execution import MAX_COST, Executor
from .faults import Faults
from .generator import Generator
from .groups import Groups
from .idempotency import Idempotency
from .identity import KNOWN_TYPES, UTC, iso, moment_of, type_of
from .info import shop_info
from .inventory import Inventory
from .ledger import Ledger
from .media import Media
from .payouts import Payouts
from .refunds import Refunds
from .schema import PINNED
from .scopes import SCOPES
from .stats import Stats
from .till import Till
from .tokens import Tokens
from .truth import Truth, address_truth
from .webhooks import Delivery, Webhooks

Object = dict[str, Any]

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
#: Without ``read_all_orders`` an app sees the orders of this many days.
ORDER_WINDOW_DAYS = 60


class Shop:
    """A generated shop.

    `taxes`: included, excluded, mixed. `restore_rate`: points per second, 100 at
    Standard; `bucket_size`: points. `fulfilled`: the share of orders that the store
    has shipped before anybody reads them. `clock`: now, aware; `monotonic`: seconds,
    for the bucket. All public methods are safe to call while a server runs.
    """

    def __init__(
        self,
        seed: int = 7,
        orders: int = 30,
        *,
        currency: str = "EUR",
        taxes: str = "mixed",
        products: int = 40,
        customers: int = 60,
        duties: bool = False,
        fulfilled: float = 0.0,
        start: datetime = START,
        name: str = "simulated-shop",
        scopes: tuple[str, ...] = SCOPES,
        bucket_size: int = 2000,
        restore_rate: int = 100,
        max_cost: int = MAX_COST,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seed = seed
        self.lock = threading.RLock()
        self.clock = clock
        self.domain = f"{name}.myshopify.com"
        self.scopes = scopes
        self.denied: frozenset[str] = frozenset()
        self.lenient, self.url = False, ""
        self.stats, self.faults = Stats(), Faults()
        self.ledger, self.idempotency = Ledger(), Idempotency()
        self.bucket = Bucket(bucket_size, restore_rate, monotonic)
        self.executor = Executor(self, max_cost)
        self.tokens = Tokens(
            client_id=f"simulated-client-{seed}",
            client_secret=f"shpss_simulated_{seed}",
            permanent=f"shpat_simulated_permanent_{seed}",
            clock=lambda: clock().timestamp(),
        )
        self.webhooks = Webhooks(self.tokens.client_secret, self.domain, PINNED)
        self.webhooks.on_dead = self._drop_subscription
        self.generator = Generator(
            seed, currency, taxes, start, products, customers, duties, fulfilled
        )
        self.info = shop_info(name, self.domain, currency, taxes)
        self.truth: dict[str, Truth] = {}
        self._open_departments()
        self.subscriptions: dict[str, Object] = {}
        self.bulk, self.media, self.groups = Bulk(self), Media(self), Groups(self)
        self.catalogues = Catalogues(self)
        self.metafield_definitions: dict[tuple[str, str | None, str], Object] = {}
        self._last = start
        self._collections = self._build_collections()
        for _ in range(orders):
            self._add(*self.generator.order())

    def _open_departments(self) -> None:
        self.dispatch, self.edits = Dispatch(self), Edits(self)
        self.refunds, self.till, self.payouts = Refunds(self), Till(self), Payouts(self)

    # === STATE ===

    def _build_collections(self) -> dict[str, Collection]:
        world = self.generator.world
        variants = [
            variant for product in world.products for variant in product["variants"]
        ]
        self.inventory = Inventory(variants, world.locations, iso(self._last))
        rows: dict[str, list[Object]] = {
            "orders": [],
            "customers": world.customers,
            "companies": self.generator.companies,
            "products": world.products,
            "productVariants": variants,
            "locations": world.locations,
        }
        return {
            name: Collection(name, {row["id"]: row for row in items})
            for name, items in rows.items()
        }

    def _add(self, order: Object, truth: Truth) -> str:
        self._collections["orders"].objects[order["id"]] = order
        self.truth[order["id"]] = truth
        self._last = max(self._last, moment_of(order["updatedAt"]))
        return order["id"]

    @property
    def orders(self) -> dict[str, Object]:
        return self._collections["orders"].objects

    @property
    def granted(self) -> frozenset[str]:
        return frozenset(self.scopes)

    def collection(self, name: str) -> Collection:
        found = self._collections[name]
        if name == "orders" and "read_all_orders" not in self.scopes:
            oldest = iso(self.now() - timedelta(days=ORDER_WINDOW_DAYS))
            rows = {
                gid: row
                for gid, row in self.orders.items()
                if row["createdAt"] >= oldest
            }
            return Collection(name, rows)
        return found

    def find(self, gid: str) -> Object | None:
        """Return the object with this gid, None when there is none."""
        kind = type_of(gid)
        if kind in KNOWN_TYPES:
            return self.collection(KNOWN_TYPES[kind]).objects.get(gid)
        if kind == "InventoryItem":
            return self.inventory.items.get(gid)
        if kind in ("Fulfillment", "FulfillmentOrder"):
            return self.dispatch.find(gid)
        if kind == "WebhookSubscription":
            return self.subscriptions.get(gid)
        if kind == "ShopifyPaymentsPayout":
            return self.payouts.find(gid)
        raise NotSimulated(f"node {gid!r}")

    def now(self) -> datetime:
        """Return the present second, never before the last change in the shop."""
        return max(self.clock().replace(microsecond=0), self._last)

    # === EVENTS ===

    def place_orders(
        self, count: int = 1, *, scenarios: list[str] | None = None, emit: bool = False
    ) -> list[str]:
        """Let customers place orders now; return their gids."""
        gids = []
        with self.lock:
            for _ in range(count):
                gid = self._add(*self.generator.order(self.now(), scenarios))
                gids.append(gid)
                self.inventory.commit(self.orders[gid])
                if emit:
                    self.emit(gid, "ORDERS_CREATE")
            self._collections["orders"].changed()
        return gids

    def touch(
        self,
        gid: str,
        *,
        emit: bool = False,
        note: str | None = None,
        tags: list[str] | None = None,
        shipping_address: Object | None = None,
        fields: Object | None = None,
    ) -> str:
        """Update an object: `updatedAt` moves on by at least one second; return it.

        Without further arguments nothing but `updatedAt` changes. `shipping_address`
        holds the ``MailingAddress`` fields to change, `fields` any others of the
        object by their GraphQL names; of these, the truth does not hear.
        """
        given = {"note": note, "tags": tags}.items()
        changes = {key: value for key, value in given if value is not None}
        with self.lock:
            row = self.find(gid)
            if row is None:
                raise KeyError(gid)
            self._change(row, {**(fields or {}), **changes}, shipping_address)
            if emit and gid in self.orders:
                self.emit(gid, "ORDERS_UPDATED")
            return row["updatedAt"]

    def _change(self, row: Object, changes: Object, address: Object | None) -> None:
        unknown = set(changes) - set(row)
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))
        earlier = moment_of(row["updatedAt"])
        self._last = max(self.now(), earlier + timedelta(seconds=1))
        row.update(changes, updatedAt=iso(self._last))
        if address:
            row["shippingAddress"] = {**(row["shippingAddress"] or {}), **address}
        self._after_touch(row)

    def _after_touch(self, row: Object) -> None:
        self._collections[KNOWN_TYPES[row["__typename"]]].changed()
        truth = self.truth.get(row["id"])
        if truth:
            truth.updated_at = row["updatedAt"]
            truth.note, truth.tags = row["note"], list(row["tags"])
            truth.shipping_address = address_truth(row["shippingAddress"])

    # === WEBHOOKS ===

    def subscribe(self, topic: str, uri: str, **values: Any) -> Object:
        """Add a subscription; the caller has checked the address."""
        gid, number = self.generator.ids.next("WebhookSubscription")
        moment = iso(self.now())
        row: Object = {
            "__typename": "WebhookSubscription",
            "id": gid,
            "legacyResourceId": number,
            "topic": topic,
            "format": "JSON",
            "filter": None,
            "includeFields": [],
            "metafieldNamespaces": [],
            "metafields": [],
            "name": None,
            "apiVersion": {"handle": PINNED, "displayName": PINNED, "supported": True},
            "createdAt": moment,
            "updatedAt": moment,
        }
        self.subscriptions[gid] = row
        self.update_subscription(row, {"uri": uri, **values})
        return row

    def update_subscription(self, row: Object, values: Object) -> None:
        row.update(values, updatedAt=iso(self.now()))
        row["callbackUrl"] = row["uri"]
        row["endpoint"] = {
            "__typename": "WebhookHttpEndpoint",
            "callbackUrl": row["uri"],
        }

    def _drop_subscription(self, gid: str) -> None:
        with self.lock:
            self.subscriptions.pop(gid, None)

    def emit(self, gid: str, topic: str) -> int:
        """Send `topic` for an order to its subscribers; return how many there are."""
        order = self.orders[gid]
        rows = [row for row in self.subscriptions.values() if row["topic"] == topic]
        for row in rows:
            headers, body = self.webhooks.sign(
                order, topic, self.now(), row["includeFields"]
            )
            self.webhooks.deliver(Delivery(row["uri"], headers, body, row["id"]))
        return len(rows)

    def sign(
        self, gid: str, topic: str = "ORDERS_UPDATED"
    ) -> tuple[dict[str, str], bytes]:
        """Return headers and raw body of a webhook, for a test to send as it likes."""
        with self.lock:
            return self.webhooks.sign(self.orders[gid], topic, self.now())
