# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is said of stock, prices, shipments and invoices."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from pydantic import ValidationError

from odoo.addons.connector_hub.documents import (
    DOCUMENTS,
    DocumentKind,
    Fulfillment,
    Invoice,
    InvoiceState,
    InvoiceType,
    PaymentState,
    Price,
    StockLevel,
    changes,
    field_of,
    flat,
)

MOMENT = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)


def stock(**levels):
    rows = [{"location_id": key, "available": value} for key, value in levels.items()]
    return StockLevel(external_id="V1", version=MOMENT, levels=rows)


def invoice(**values):
    return Invoice(
        external_id="",
        version=MOMENT,
        **{
            "state": "posted",
            "currency": "EUR",
            "total": "12.00",
            "total_tax": "2.00",
            "residual": "12.00",
            **values,
        },
    )


def test_only_shipments_are_events():
    kinds = {name: model.kind for name, model in DOCUMENTS.items()}
    events = [name for name, kind in kinds.items() if kind is DocumentKind.EVENT]
    assert events == ["fulfillment"]


def test_levels_are_compared_by_location_whatever_their_order():
    assert not changes(flat(stock(A="5", B="7")), flat(stock(B="7.00", A="5.0")))
    found = changes(flat(stock(A="5", B="7")), flat(stock(A="5", B="8")))
    assert found == {"levels[B].available": ("7", "8")}
    assert field_of("levels[B].available") == "levels.available"


def test_a_location_that_is_not_listed_has_not_changed():
    assert not changes(flat(stock(A="5", B="7")), flat(stock(A="5")))


@pytest.mark.parametrize("currency", ["", "EU", "EURO"])
def test_a_price_needs_a_currency(currency):
    with pytest.raises(ValidationError):
        Price(external_id="V1", version=MOMENT, price="1", currency=currency)


def test_prices_stay_exact_through_json():
    price = Price(external_id="V1", version=MOMENT, price="0.10", currency="EUR")
    assert Price.model_validate_json(price.model_dump_json()).price == Decimal("0.10")


def test_tracking_that_becomes_known_is_a_change_of_the_same_shipment():
    values = {"external_id": "F1", "version": MOMENT, "name": "OUT/1", "order_id": "O"}
    before = flat(Fulfillment(**values))
    after = flat(Fulfillment(**values, tracking_number="1Z"))
    assert changes(before, after) == {"tracking_number": (None, "1Z")}


def test_paying_an_invoice_changes_its_status_and_what_is_owed():
    found = changes(
        flat(invoice()), flat(invoice(payment_state="paid", residual="0.00"))
    )
    assert found == {"payment_state": ("not_paid", "paid"), "residual": ("12", "0")}


def test_an_invoice_says_what_it_is():
    note = invoice(type="credit_note", state="cancelled", payment_state="reversed")
    assert note.type is InvoiceType.CREDIT_NOTE
    assert note.state is InvoiceState.CANCELLED
    assert note.payment_state is PaymentState.REVERSED


def test_two_lines_of_the_same_product_are_both_compared():
    lines = [{"sku": "S", "quantity": 1, "net": "5"}, {"sku": "S", "quantity": 2}]
    one = invoice(lines=[lines[0], {**lines[1], "net": "7"}])
    two = invoice(lines=[{**lines[0], "net": "6"}, {**lines[1], "net": "7"}])
    assert set(changes(flat(one), flat(two))) == {"lines[S].net"}
