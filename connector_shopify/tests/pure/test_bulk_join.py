# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lines of a bulk operation's file become records; memory stays flat."""

import json
import tracemalloc

import pytest

from odoo.addons.connector_hub.exceptions import Unavailable
from odoo.addons.connector_shopify.components.bulk import join

BELOW = {"ProductVariant": "variants"}


def _lines(products, variants):
    for number in range(products):
        gid = f"gid://shopify/Product/{number}"
        yield json.dumps({"id": gid, "title": "x" * 500}).encode()
        for place in range(variants):
            part = {"id": f"gid://shopify/ProductVariant/{number}{place}"}
            yield json.dumps({**part, "__parentId": gid}).encode()


def test_parts_come_with_their_record():
    found = list(join(_lines(3, 2), BELOW))
    assert [len(node["variants"]["nodes"]) for node in found] == [2, 2, 2]
    assert "__parentId" not in found[0]["variants"]["nodes"][0]


def test_memory_does_not_grow_with_the_file():
    def peak(products):
        tracemalloc.start()
        count = sum(1 for _node in join(_lines(products, 3), BELOW))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == products
        return most

    small = peak(50)
    assert peak(5000) < 2 * small + 100_000


def test_line_that_is_cut_off_is_noticed():
    lines = [*_lines(2, 1)]
    lines[-1] = lines[-1][:10]
    with pytest.raises(Unavailable):
        list(join(lines, BELOW))


def test_part_without_its_record_is_noticed():
    lines = [*_lines(2, 1)]
    with pytest.raises(Unavailable):
        list(join([lines[0], lines[2], lines[1]], BELOW))
