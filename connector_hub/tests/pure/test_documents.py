# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents need neither Odoo nor a database."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from odoo.addons.connector_hub.documents import (
    DOCUMENTS,
    Address,
    Customer,
    Money,
    Order,
    OrderLine,
    version_key,
)

ROOT = Path(__file__).resolve().parents[3]
MOMENT = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)

moments = st.datetimes(
    min_value=datetime(1971, 1, 1),
    max_value=datetime(2200, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    ),
)


def test_published_schemas_are_those_of_the_code():
    command = [sys.executable, "setup/document_schemas", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"run setup/document_schemas: {done.stdout}"


@given(moments, moments)
def test_version_keys_sort_like_the_moments_they_stand_for(first, second):
    assert (version_key(first) < version_key(second)) == (first < second)
    assert (version_key(first) == version_key(second)) == (first == second)


@given(moments)
def test_version_key_loses_nothing(moment):
    text = version_key(moment)
    back = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    assert back.replace(tzinfo=timezone.utc) == moment


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_frozen_and_refuse_unknown_fields(name):
    model = DOCUMENTS[name]
    assert model.model_config["frozen"]
    with pytest.raises(ValidationError, match="Extra inputs"):
        model.model_validate({"nonsense": 1})


def test_changing_a_document_is_an_error():
    customer = Customer(external_id="1", version=MOMENT, name="Anna")
    with pytest.raises(ValidationError, match="frozen"):
        customer.name = "Otto"


def test_version_without_time_zone_is_refused():
    with pytest.raises(ValidationError, match="timezone"):
        Customer(external_id="1", version=datetime(2026, 9, 1))


def test_money_stays_exact_through_json():
    money = Money(amount=Decimal("0.10"), currency="EUR")
    assert Money.model_validate_json(money.model_dump_json()) == money
    assert '"0.10"' in money.model_dump_json()


@pytest.mark.parametrize("currency", ["", "EU", "EURO"])
def test_currency_has_three_letters(currency):
    with pytest.raises(ValidationError):
        Money(amount=1, currency=currency)


def test_net_amount_of_a_line_is_exact():
    line = OrderLine(
        external_id="1",
        title="x",
        quantity=3,
        unit_price=Decimal("0.10"),
        discount=Decimal("0.01"),
    )
    assert line.net == Decimal("0.29")


def test_order_survives_json():
    order = Order(
        external_id="1",
        version=MOMENT,
        name="#1",
        placed_at=MOMENT,
        currency="EUR",
        customer=Customer(external_id="", version=MOMENT, name="王小明 🦊"),
        total=Decimal("10.00"),
        extra={"acme": {"key": [1, None]}},
    )
    assert Order.model_validate_json(order.model_dump_json()) == order


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"name": "Anna", "company_name": "Firm", "email": "a@b.c"}, "Anna"),
        ({"company_name": "Firm", "email": "a@b.c"}, "Firm"),
        ({"default_address": Address(name="At Home"), "email": "a@b.c"}, "At Home"),
        ({"default_address": Address(company="Inc"), "email": "a@b.c"}, "Inc"),
        ({"email": "a@b.c", "phone": "1"}, "a@b.c"),
        ({"phone": "1"}, "1"),
        ({"default_address": Address(phone="2")}, "2"),
        ({}, ""),
    ],
)
def test_label_is_the_best_name_there_is(values, label):
    assert Customer(external_id="1", version=MOMENT, **values).label == label


def test_email_key_ignores_case_and_spaces_around():
    customer = Customer(external_id="1", version=MOMENT, email=" Anna@Example.COM ")
    assert customer.email_key == "anna@example.com"


def test_guest_is_who_has_no_account():
    assert Customer(external_id="", version=MOMENT).is_guest
    assert not Customer(external_id="1", version=MOMENT).is_guest


def test_empty_address_says_so():
    assert Address().is_empty
    assert not Address(city="Berlin").is_empty


def test_address_identity_ignores_case_and_spaces():
    one = Address(street="Langer  Weg 1", city="BERLIN", region="BE")
    two = Address(street="langer weg 1 ", city="Berlin", region_name="BE")
    assert one.identity == two.identity
    assert one.identity != Address(street="Langer Weg 2", city="Berlin").identity
