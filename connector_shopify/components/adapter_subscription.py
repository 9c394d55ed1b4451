# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhook subscriptions of a store: compared with what is wanted, repaired, removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import Verdict

from ..const import API_VERSION
from . import topics

Row = dict[str, Any]

#: subscriptions that ``webhook_create_ten`` creates
TEN = 10
#: what a subscription of ours has; a filter or a choice of fields could hide changes
WANTED: Row = {"format": "JSON", "filter": None, "includeFields": []}


class ShopifySubscriptions(Component):
    _inherit = "hub.shopify.adapter"

    def compare_subscriptions(self, uri: str, documents: set[str]) -> Verdict:
        """Say what is missing, different or superfluous."""
        verdict = Verdict()
        ours = [row for row in self._subscriptions() if row["uri"] == uri]
        wanted = topics.subscribed(documents)
        known = {row["topic"] for row in ours}
        for name, topic in wanted.items():
            if name not in known:
                verdict.add(False, self.env._("%s is not asked for.", topic))
        for row in ours:
            verdict.add_all(self._differences(row, wanted))
        self._conclude(verdict, wanted)
        return verdict

    def subscribe(self, uri: str, documents: set[str]) -> Verdict:
        """Create what is missing, correct what differs, delete what is not wanted."""
        verdict = Verdict()
        ours = [row for row in self._subscriptions() if row["uri"] == uri]
        wanted = topics.subscribed(documents)
        known = {row["topic"] for row in ours}
        for row in ours:
            if row["topic"] not in wanted:
                self._delete(verdict, row)
            elif _is_different(row):
                # an update cannot take a filter away
                self._delete(verdict, row)
                known.discard(row["topic"])
        missing = [name for name in wanted if name not in known]
        for name, errors in self._create_many(missing, uri):
            if errors:
                self._add_refusal(verdict, wanted[name], errors[0]["message"])
        self._conclude(verdict, wanted)
        return verdict

    def unsubscribe(self, uri: str, documents: set[str]) -> Verdict:
        """Delete all subscriptions for our address."""
        verdict = Verdict()
        for row in self._subscriptions():
            if row["uri"] == uri:
                self._delete(verdict, row)
        if verdict.passed:
            verdict.add(
                True, self.env._("Nothing is notified any more; polling goes on.")
            )
        return verdict

    # === READING ===#

    def _subscriptions(self) -> list[Row]:
        rows: list[Row] = []
        after = None
        while True:
            page = self.client().query("webhooks", first=100, after=after)
            page = page["webhookSubscriptions"]
            rows += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return rows
            after = page["pageInfo"]["endCursor"]

    def _differences(
        self, row: Row, wanted: dict[str, str]
    ) -> Iterator[tuple[bool, str]]:
        topic = wanted.get(row["topic"])
        if not topic:
            name = row["topic"].lower()
            yield False, self.env._("%s is notified, and no flow needs it.", name)
            return
        if row["format"] != WANTED["format"]:
            yield False, self.env._("%s comes as XML instead of JSON.", topic)
        if row["filter"]:
            yield False, self.env._("%s is filtered: changes stay unknown.", topic)
        if row["includeFields"]:
            yield False, self.env._("%s comes without all its fields.", topic)
        version = row["apiVersion"]["handle"]
        if version != API_VERSION:
            # the app's own setting, and without effect: its content is not used
            yield (
                True,
                self.env._(
                    "%(topic)s is written in version %(version)s, as set in the app.",
                    topic=topic,
                    version=version,
                ),
            )

    def _conclude(self, verdict: Verdict, wanted: dict[str, str]) -> None:
        if verdict.passed:
            verdict.add(
                True, self.env._("%s kinds of changes are notified.", len(wanted))
            )

    # === CHANGING ===#

    def _create_many(self, names: list[str], uri: str) -> Iterator[tuple[str, Any]]:
        """Yield (topic, Shopify's userErrors); ten in a call, as there are dozens."""
        webhook = {"uri": uri, "format": WANTED["format"]}
        whole = len(names) - len(names) % TEN
        for start in range(0, whole, TEN):
            batch = names[start : start + TEN]
            variables = {f"topic{n}": name for n, name in enumerate(batch)}
            data = self.client().execute(
                "webhook_create_ten", {**variables, "webhook": webhook}
            )
            for n, name in enumerate(batch):
                yield name, data[f"created{n}"]["userErrors"]
        for name in names[whole:]:
            data = self.client().execute(
                "webhook_create", {"topic": name, "webhook": webhook}
            )
            yield name, data["webhookSubscriptionCreate"]["userErrors"]

    def _add_refusal(self, verdict: Verdict, topic: str, message: str) -> None:
        verdict.add(
            False,
            self.env._(
                "Shopify refuses to notify %(topic)s: %(message)s. Check the app's"
                " permissions, and that Odoo's web address is public and uses"
                " https. Changes arrive by polling meanwhile.",
                topic=topic,
                message=message,
            ),
        )

    def _delete(self, verdict: Verdict, row: Row) -> None:
        data = self.client().execute("webhook_delete", {"id": row["id"]})
        errors = data["webhookSubscriptionDelete"]["userErrors"]
        if errors:
            verdict.add(
                False,
                self.env._(
                    "Shopify keeps the webhook %(topic)s: %(message)s.",
                    topic=row["topic"].lower(),
                    message=errors[0]["message"],
                ),
            )


def _is_different(row: Row) -> bool:
    return any((row[name] or None) != (value or None) for name, value in WANTED.items())
