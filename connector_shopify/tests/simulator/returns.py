# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Returns: what buyers announce to send back, with or without a refund."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

#: statuses in which goods are still to come
UNSETTLED = ("REQUESTED", "OPEN")


class Returns:
    """The returns of one shop's orders."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    def open(
        self,
        gid: str,
        quantities: dict[str, int],
        *,
        status: str = "OPEN",
        reason: str = "wrong-size",
        emit: bool = False,
    ) -> Object:
        """Announce that units of some lines come back; return the ``Return``.

        :param quantities: {line item: units}, all of them fulfilled
        :raises ValueError: so many were not fulfilled
        """
        with self.shop.lock:
            order, ids = self.shop.orders[gid], self.shop.generator.ids
            rows = [
                self._row(order, line, units, reason)
                for line, units in quantities.items()
            ]
            moment = self.shop.touch(gid, emit=emit)
            number = len(order["returns"]) + 1
            found = {
                "__typename": "Return",
                "id": ids.next("Return")[0],
                "name": f"{order['name']}-R{number}",
                "status": status,
                "createdAt": moment,
                "closedAt": None,
                "order": order,
                "refunds": [],
                "exchangeLineItems": [],
                "returnLineItems": rows,
                "totalQuantity": sum(quantities.values()),
            }
            order["returns"].append(found)
            self._refresh(order)
            return found

    def process(self, found: Object, location: str | None = None) -> Object:
        """Take in all that is announced and refund it; return the ``Refund``."""
        lines = [
            (row["fulfillmentLineItem"]["lineItem"]["id"], row["quantity"])
            for row in found["returnLineItems"]
        ]
        refund: Object = self.shop.refunds.make(
            found["order"]["id"],
            [(line, units, "RETURN", location) for line, units in lines],
            processing=found,
        )
        for row in found["returnLineItems"]:
            row["processedQuantity"] = row["quantity"]
            row["unprocessedQuantity"] = 0
        self.close(found)
        return refund

    def close(self, found: Object, status: str = "CLOSED") -> None:
        found["status"] = status
        found["closedAt"] = self.shop.touch(found["order"]["id"])
        self._refresh(found["order"])

    def _row(self, order: Object, line: str, units: int, reason: str) -> Object:
        shipped = next(
            (
                item
                for fulfillment in order["fulfillments"]
                for item in fulfillment["fulfillmentLineItems"]
                if item["lineItem"]["id"] == line and item["quantity"] >= units
            ),
            None,
        )
        if shipped is None:
            raise ValueError(f"{line} was not fulfilled {units} times")
        return {
            "__typename": "ReturnLineItem",
            "id": self.shop.generator.ids.next("ReturnLineItem")[0],
            "fulfillmentLineItem": shipped,
            "quantity": units,
            "processedQuantity": 0,
            "unprocessedQuantity": units,
            "returnReasonNote": "",
            "customerNote": None,
            "returnReasonDefinition": {
                "__typename": "ReturnReasonDefinition",
                "id": "gid://shopify/ReturnReasonDefinition/1",
                "handle": reason,
                "name": reason.replace("-", " ").title(),
                "deleted": False,
            },
        }

    def _refresh(self, order: Object) -> None:
        statuses = {row["status"] for row in order["returns"]}
        if "OPEN" in statuses:
            order["returnStatus"] = "IN_PROGRESS"
        elif "REQUESTED" in statuses:
            order["returnStatus"] = "RETURN_REQUESTED"
        elif "CLOSED" in statuses:
            order["returnStatus"] = "RETURNED"
        else:
            order["returnStatus"] = "NO_RETURN"
