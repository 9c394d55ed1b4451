# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``/_control/...``: drive the simulator from another process, as JSON, loopback only.

Every action is one method of `Control`; arguments are the keys of the JSON body or of
the query string. What the in-process API offers as methods of `Shop` is the same.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from .life import Life
from .refund_plans import refund_some
from .shop import Shop

Object = dict[str, Any]


class Control:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.story = Life(shop)
        self.actions: dict[tuple[str, str], Callable[..., Object]] = {
            ("GET", "truth"): self.truth,
            ("GET", "locations"): self.locations,
            ("GET", "stats"): self.stats,
            ("POST", "stats/reset"): self.reset_stats,
            ("POST", "order"): self.order,
            ("POST", "touch"): self.touch,
            ("POST", "order/edit"): self.edit_order,
            ("POST", "order/cancel"): self.cancel_order,
            ("POST", "order/risk"): self.assess_order,
            ("POST", "order/ship"): self.ship_order,
            ("POST", "refund"): self.refund,
            ("POST", "return"): self.take_back,
            ("POST", "payment"): self.payment,
            ("POST", "payout"): self.payout,
            ("POST", "fault"): self.fault,
            ("POST", "fault/clear"): self.clear_faults,
            ("POST", "token/expire"): self.expire_tokens,
            ("POST", "token/refuse"): self.refuse_tokens,
            ("GET", "scopes"): self.scopes,
            ("POST", "scopes"): self.scopes,
            ("POST", "bucket"): self.bucket,
            ("POST", "lenient"): self.lenient,
            ("GET", "ledger"): self.ledger,
            ("POST", "idempotency"): self.idempotency,
            ("GET", "stock"): self.stock,
            ("POST", "stock"): self.set_stock,
            **self._stories(),
        }

    def _stories(self) -> dict[tuple[str, str], Callable[..., Object]]:
        """Return the actions of webhooks, and of the shop's life."""
        return {
            ("POST", "webhook/sign"): self.sign,
            ("POST", "webhook/emit"): self.emit,
            ("POST", "webhook/retry"): self.retry,
            ("GET", "webhook/deliveries"): self.deliveries,
            ("GET", "webhook/channel"): self.channel,
            ("POST", "webhook/channel"): self.set_channel,
            ("POST", "webhook/flush"): self.flush,
            ("POST", "life"): self.begin_life,
            ("POST", "life/place"): self.place,
            ("POST", "life/round"): self.live,
        }

    def run(self, method: str, action: str, values: Object) -> tuple[int, Object]:
        """Return the HTTP status and the answer of an action."""
        function = self.actions.get((method, action))
        if function is None:
            return 404, {"error": f"no action {method} {action}"}
        try:
            with self.shop.lock:
                return 200, function(**values)
        except (KeyError, TypeError, ValueError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    # === TRUTH ===

    def truth(self, gid: str | None = None) -> Object:
        """``{gid: truth}`` of all orders, or of one."""
        chosen = {gid: self.shop.truth[gid]} if gid else self.shop.truth
        return {key: truth.to_json() for key, truth in chosen.items()}

    def locations(self) -> Object:
        return {"ids": list(self.shop.collection("locations").objects)}

    def stats(self) -> Object:
        return self.shop.stats.to_json()

    def reset_stats(self) -> Object:
        self.shop.stats.reset()
        return self.stats()

    # === EVENTS ===

    def order(
        self, count: int = 1, emit: bool = False, scenarios: list[str] | None = None
    ) -> Object:
        gids = self.shop.place_orders(count, scenarios=scenarios, emit=emit)
        return {"ids": gids}

    def touch(self, id: str, emit: bool = False, **changes: Any) -> Object:
        return {"updated_at": self.shop.touch(id, emit=emit, **changes)}

    def edit_order(self, id: str, **options: Any) -> Object:
        """See `Edits.edit`: `quantities`, `add`, `emit`."""
        self.shop.edits.edit(id, **options)
        return {}

    def cancel_order(self, id: str, **options: Any) -> Object:
        self.shop.edits.cancel(id, **options)
        return {}

    def assess_order(self, id: str, recommendation: str, emit: bool = False) -> Object:
        self.shop.edits.assess(id, recommendation, emit=emit)
        return {}

    def ship_order(self, id: str, **options: Any) -> Object:
        """See `Dispatch.ship`: `quantities`, `number`, `company`, `emit`."""
        return {"ids": [row["id"] for row in self.shop.dispatch.ship(id, **options)]}

    def refund(self, id: str, some: int | None = None, **options: Any) -> Object:
        """`lines`: ``[[line, units, restock type, location]]``; see `Refunds.make`.

        `some`: instead, a seed for one that is chosen at random.
        """
        if some is not None:
            made = refund_some(self.shop, id, Random(some))
            return {"id": made["id"] if made else None}
        options["lines"] = [tuple(row) for row in options.get("lines", ())]
        return {"id": self.shop.refunds.make(id, **options)["id"]}

    def take_back(self, id: str, quantities: dict[str, int], **options: Any) -> Object:
        """Announce a return of fulfilled units; see `Returns.open`."""
        found = self.shop.refunds.returns.open(id, quantities, **options)
        return {"id": found["id"], "name": found["name"]}

    def payment(self, id: str, action: str = "pay", **options: Any) -> Object:
        """`action`: pay, capture or void an order, or settle a transaction."""
        if action not in ("pay", "capture", "void", "settle"):
            raise ValueError(f"action {action}")
        done = getattr(self.shop.till, action)(id, **options)
        return {"id": done if isinstance(done, str) else done["id"]}

    def payout(self, status: str = "PAID") -> Object:
        """Pay out what Shopify Payments holds; the answer is the truth about it."""
        return self.shop.payouts.truth(self.shop.payouts.pay_out(status))

    # === WEBHOOKS ===

    def sign(self, id: str, topic: str = "ORDERS_UPDATED") -> Object:
        """`body` is text; `body_base64` the same bytes, for those who trust no text."""
        headers, body = self.shop.sign(id, topic)
        encoded = base64.b64encode(body).decode()
        return {"headers": headers, "body": body.decode(), "body_base64": encoded}

    def emit(self, id: str, topic: str = "ORDERS_UPDATED") -> Object:
        return {"sent": self.shop.emit(id, topic)}

    def retry(self) -> Object:
        return {"sent": self.shop.webhooks.retry_failed()}

    def deliveries(self) -> Object:
        return {
            "deliveries": [item.to_json() for item in self.shop.webhooks.deliveries]
        }

    def channel(self) -> Object:
        """Count what became of the webhooks; `under_way` have not arrived yet."""
        webhooks = self.shop.webhooks
        return {**webhooks.channel.counts, "under_way": webhooks.under_way}

    def set_channel(self, **options: Any) -> Object:
        """See `Channel.configure`: `seed`, `duplicated`, `reordered`, `lost`."""
        self.shop.webhooks.channel.configure(**options)
        return {}

    def flush(self) -> Object:
        return {"sent": self.shop.webhooks.channel.flush()}

    # === LIFE ===

    def begin_life(self, seed: int, without: Sequence[str] = ()) -> Object:
        self.story = Life(self.shop, seed, without)
        return {}

    def place(self, count: int) -> Object:
        return {"ids": self.story.place(count)}

    def live(self, share: float) -> Object:
        """Change this share of the orders, each once at most; see `Life`."""
        return {"happened": self.story.live(share)}

    # === TROUBLE ===

    def fault(self, kind: str, **options: Any) -> Object:
        self.shop.faults.add(kind, **options)
        return {}

    def clear_faults(self) -> Object:
        self.shop.faults.clear()
        return {}

    def expire_tokens(self) -> Object:
        self.shop.tokens.expire()
        return {}

    def refuse_tokens(self, error: str | None = None) -> Object:
        self.shop.tokens.refusal = error
        return {}

    def scopes(
        self, scopes: list[str] | None = None, denied: list[str] | None = None
    ) -> Object:
        """`denied`: customer data without approval: name, address, email, phone."""
        if scopes is not None:
            self.shop.scopes = tuple(scopes)
        if denied is not None:
            self.shop.denied = frozenset(denied)
        return {"scopes": list(self.shop.scopes), "denied": sorted(self.shop.denied)}

    def bucket(
        self,
        drain: bool = False,
        size: int | None = None,
        restore_rate: int | None = None,
    ) -> Object:
        """Configure the cost bucket; `drain` empties it."""
        bucket = self.shop.bucket
        if drain:
            bucket.drain()
        bucket.configure(size, restore_rate)
        return bucket.status()

    def lenient(self, lenient: bool = True) -> Object:
        """Whether fields that are not simulated are empty, see blank.py."""
        self.shop.lenient = lenient
        return {"lenient": lenient}

    # === EFFECTS ===

    def ledger(self, mutation: str | None = None, subject: str | None = None) -> Object:
        """What clients really changed, oldest first; see ledger.py."""
        return {"entries": self.shop.ledger.of(mutation, subject)}

    def idempotency(self, busy: int | None = None, forget: bool = False) -> Object:
        """`busy`: so many repetitions find the first call still running."""
        if busy is not None:
            self.shop.idempotency.busy = busy
        if forget:
            self.shop.idempotency.forget()
        return {"seen": self.shop.idempotency.seen}

    def stock(self, item: str, location: str, name: str = "available") -> Object:
        return {"quantity": self.shop.inventory.quantity(item, location, name)}

    def set_stock(self, item: str, location: str, quantity: int) -> Object:
        """Somebody counts in the shop's own admin."""
        moment = self.shop.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        inventory = self.shop.inventory
        return {"delta": inventory.set(item, location, "available", quantity, moment)}
