# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.documents.shape import shape_of


def test_shape_names_fields_and_their_types():
    payload = {"a": "x", "b": {"c": 1, "d": None}, "e": [{"f": True}, {"g": 1.5}]}
    assert shape_of(payload) == {
        ("a", "text"),
        ("b", "object"),
        ("b.c", "number"),
        ("e", "list"),
        ("e.f", "boolean"),
        ("e.g", "number"),
    }


def test_keys_that_are_data_count_as_one():
    assert shape_of({"prices": {"17": {"amount": "1"}, "18": {"amount": "2"}}}) == {
        ("prices", "object"),
        ("prices.*", "object"),
        ("prices.*.amount", "text"),
    }


def test_depth_is_limited():
    payload = deep = {}
    for _level in range(5000):
        deep["x"] = {}
        deep = deep["x"]
    assert len(shape_of(payload)) == 13
