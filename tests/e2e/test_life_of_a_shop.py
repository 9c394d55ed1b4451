# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shop full of edits, refunds, returns and parcels, webhooks that get lost included.

The whole size is tests/bench/shop_life.py.
"""

import os

import pytest
from life import Life

ORDERS = int(os.environ.get("LIFE_ORDERS", "60"))
ROUNDS = int(os.environ.get("LIFE_ROUNDS", "3"))
#: loses a new order and the last changes of two others
SEED = 42
STORE = ("--restore-rate", "2000", "--hours-behind", "12")


# lanes that deliver the same goods at once begin anew, which Odoo logs
@pytest.mark.expects_warnings
def test_a_lively_shop_ends_as_its_truth_whatever_webhooks_do(open_shop):
    shop = open_shop(0, *STORE, seed=SEED)
    life = Life(shop, SEED)
    life.place(ORDERS)
    for _round in range(ROUNDS):
        life.live(0.6)
    print(dict(life.happened), life.webhooks())
    assert life.webhooks()["lost"]
    # polling is off: only a comparison of both sides finds what was lost
    assert life.stale()
    compared = life.reconcile()
    print(compared, dict(life.waited))
    assert compared["repaired_count"]
    found = life.differences()
    print("\n".join(found))
    assert found == []
    # people had to decide, and the truth knew about what
    assert set(life.waited) == {"order_confirmed"}
    # twice in a row
    again = life.reconcile()
    assert again["repaired_count"] == 0
    assert life.read_again() == {}
    assert life.differences() == []
