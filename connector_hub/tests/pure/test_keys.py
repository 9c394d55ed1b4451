# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.connector_hub.documents import Customer, OrderLine, Variant
from odoo.addons.connector_hub.importers.keys import normal, value_at

WHEN = "2026-09-01T08:00:00Z"


@pytest.mark.parametrize(
    ("method", "value", "key"),
    [
        ("exact", " Ab ", " Ab "),
        ("text", "  Linen \t SHIRT ", "linen shirt"),
        ("email", " Anna@Example.COM ", "anna@example.com"),
        ("digits", "+49 (30) 12-3", "4930123"),
        ("vat", "de 123.456 789", "DE123456789"),
        ("code", " 000Ab-10 ", "ab-10"),
        ("code", "0000", ""),
        ("exact", "a\0b", "ab"),
    ],
)
def test_values_are_compared_in_their_normal_form(method, value, key):
    assert normal(method, value) == key


def test_path_reaches_into_parts_and_extras():
    customer = Customer(
        external_id="C1",
        version=WHEN,
        email="a@example.com",
        default_address={"phone": "123"},
        extra={"acme": {"number": "77"}},
    )
    assert value_at(customer, "email") == "a@example.com"
    assert value_at(customer, "default_address.phone") == "123"
    assert value_at(customer, "extra.acme.number") == "77"


def test_what_is_not_there_or_no_text_is_empty():
    customer = Customer(external_id="C1", version=WHEN)
    for path in ("default_address.phone", "extra.acme.number", "tags", "nonsense"):
        assert value_at(customer, path) == ""


def test_variants_and_order_lines_are_read_by_the_same_paths():
    variant = Variant(external_id="V1", sku="A")
    line = OrderLine(
        external_id="L1",
        variant_id="V1",
        sku="A",
        title="x",
        quantity="1",
        unit_price="1",
    )
    for reference in (variant, line):
        assert value_at(reference, "variants.sku") == "A"
        assert value_at(reference, "variants.external_id") == "V1"
