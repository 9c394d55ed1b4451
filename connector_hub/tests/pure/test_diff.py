# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents compared field by field."""

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from odoo.addons.connector_hub.documents import (
    Address,
    Customer,
    Product,
    Variant,
    changes,
    field_of,
    flat,
)

NOW = datetime(2026, 9, 1, tzinfo=timezone.utc)


def product(**values: Any) -> Product:
    return Product(external_id="P1", version=NOW, title="Cap", **values)


def test_amounts_are_compared_as_numbers() -> None:
    one = flat(product(variants=(Variant(external_id="V1", price=Decimal("10.0")),)))
    two = flat(product(variants=(Variant(external_id="V1", price=Decimal("10.00")),)))
    assert changes(one, two) == {}


def test_changed_value_is_named_by_its_path() -> None:
    old = product(variants=(Variant(external_id="V1", price=Decimal(10)),))
    new = product(variants=(Variant(external_id="V1", price=Decimal("12.5")),))
    found = changes(flat(old), flat(new))
    assert found == {"variants[V1].price": ("10", "12.5")}
    assert [field_of(path) for path in found] == ["variants.price"]


def test_what_was_not_said_is_no_change() -> None:
    known = flat(product(vendor="Acme", tags=("a", "b")))
    assert changes(known, flat(product(), only_set=True)) == {}
    assert changes(known, flat(product()))["vendor"] == ("Acme", None)


def test_order_of_variants_does_not_matter() -> None:
    first, second = Variant(external_id="V1", sku="1"), Variant(external_id="V2")
    one, two = product(variants=(first, second)), product(variants=(second, first))
    assert changes(flat(one), flat(two)) == {}


def test_parts_are_walked_and_identity_is_left_out() -> None:
    customer = Customer(
        external_id="C1", version=NOW, name="Ann", default_address=Address(city="Ulm")
    )
    found = flat(customer, only_set=True)
    assert found == {"name": "Ann", "default_address.city": "Ulm"}


def test_empty_and_unknown_are_the_same() -> None:
    assert changes({}, {"email": None, "phone": ""}) == {}
