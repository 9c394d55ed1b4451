# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents for tests: complete, consistent, each value replaceable."""

import hashlib
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.addons.connector_hub.components.event import Event
from odoo.addons.connector_hub.documents import DOCUMENTS, version_key
from odoo.addons.connector_hub.importers.task import Task

EPOCH = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)


def address(**values):
    return {
        "name": "Anna Schmidt",
        "street": "Langer Weg 1",
        "zip": "10115",
        "city": "Berlin",
        "country": "DE",
        **values,
    }


def customer(number=1, **values):
    return {
        "external_id": f"C{number}",
        "version": EPOCH,
        "name": f"Buyer {number}",
        "email": f"buyer{number}@example.com",
        **values,
    }


def line(number=1, quantity=1, price="10.00", **values):
    return {
        "external_id": f"L{number}",
        "title": f"Product {number}",
        "sku": f"SKU-{number}",
        "variant_id": f"V{number}",
        "quantity": str(quantity),
        "unit_price": str(price),
        **values,
    }


def order(number=1, lines=None, **values):
    """Return the values of an order whose total is the sum of its parts."""
    lines = [line()] if lines is None else lines
    values = {
        "external_id": f"O{number}",
        "version": EPOCH,
        "name": f"#{1000 + number}",
        "placed_at": EPOCH,
        "currency": "EUR",
        "customer": customer(number),
        "lines": lines,
        **values,
    }
    return {"total": str(total_of(values)), **values}


def total_of(values):
    """Return what the buyer owes for an order."""
    charged = [*values["lines"], *values.get("shipping_lines", ())]
    total = sum(
        Decimal(row.get("unit_price", row.get("price")))
        * Decimal(row.get("quantity", 1))
        - Decimal(row.get("discount", 0))
        for row in charged
    )
    total += Decimal(values.get("tip", 0)) + Decimal(values.get("duties", 0))
    if not values.get("taxes_included"):
        taxes = [tax for row in charged for tax in row.get("taxes", ())]
        total += sum(Decimal(tax["amount"]) for tax in taxes)
    return total


def tax(rate=20, amount="2.00", title="VAT"):
    return {"title": title, "rate": str(rate), "amount": str(amount)}


def variant(number=1, **values):
    return {
        "external_id": f"V{number}",
        "sku": f"SKU-{number}",
        "price": "10.00",
        **values,
    }


def product(number=1, **values):
    return {
        "external_id": f"P{number}",
        "version": EPOCH,
        "title": f"Product {number}",
        "variants": [variant(number)],
        **values,
    }


def document(kind, values):
    return DOCUMENTS[kind].model_validate(values)


def payload(kind, values):
    """Return values as a remote system sends them: plain JSON."""
    return document(kind, values).model_dump(mode="json")


def event(external_id="O1", body=b"{}", **values):
    return Event(external_id=external_id, topic="poll", body=body, **values)


def task(document, number=1, **values):
    """Return the task of a claimed message that carries ``document``."""
    content = document.model_dump_json(exclude={"version"}).encode()
    return Task(
        message_id=number,
        external_id=document.external_id,
        version=version_key(document.version),
        document=document,
        content_hash=hashlib.sha256(content).hexdigest(),
        **values,
    )


def later(seconds=60):
    return EPOCH + timedelta(seconds=seconds)
