# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OCA's connector works with a store; ours tries beside it, and takes over by flows."""

from collections.abc import Iterator

import moving
import pytest
from beside import Beside
from harness.server import OdooServer

#: what the incumbent has brought in, as far as it brings such orders in at all
BEFORE = ("plain", "many_lines", "unpaid", "authorized", "partially_paid")
MEANWHILE = ("plain", "unpaid")


@pytest.fixture(scope="module")
def both() -> Iterator[Beside]:
    with moving.opened(5) as found:
        yield found


@pytest.fixture(scope="module")
def odoo(both: Beside) -> OdooServer:
    return both.odoo


@pytest.mark.expects_warnings
def test_flows_are_tried_beside_the_incumbent_and_taken_over_one_by_one(
    both: Beside,
) -> None:
    orders = {name: both.shop.place(1, name)[0] for name in BEFORE}
    both.read_by_other()
    # of money of before: a refund that it has credited, an invoice paid by hand
    both.refund(orders["plain"])
    both.read_by_other()
    both.pay_by_hand(orders["unpaid"])

    both.move_in()
    both.adopt()
    _try(both, orders)
    _take_over(both, orders)
    _go_on(both, orders)


def _try(both: Beside, orders: dict[str, str]) -> None:
    """What comes meanwhile is the incumbent's; ours computes, compares, tells."""
    before = both.counts()
    new = [both.shop.place(1, name)[0] for name in MEANWHILE]
    both.run("order")
    assert both.counts() == before, "a flow in shadow mode writes nothing"
    assert both.verdicts(*new) == {"waiting"}
    both.compare("order")
    assert both.verdicts(*new) == {"missing"}, "the incumbent has not read them"

    both.read_by_other()
    after = both.counts()
    both.compare("order")
    assert both.verdicts(*new) == {"differs"}
    differs = both.different_fields(*new)
    # it leaves addresses out, and dates orders anew that it confirms
    assert {"partner_shipping_id"} <= differs, differs
    assert not differs & {"amount_total", "amount_tax", "price_unit"}, differs
    both.leave_out("order", *differs)
    both.compare("order")
    assert both.verdicts(*new) == {"agrees"}
    assert both.counts() == after

    orders.update(meanwhile=new[0], meanwhile_unpaid=new[1])


def _take_over(both: Beside, orders: dict[str, str]) -> None:
    """Products, customers and orders: nothing is made twice."""
    both.switch_other_off()
    before, twice = both.counts(), both.twice()
    orders["late"] = both.shop.place(1, "plain")[0]
    both.take_over("product")
    assert both.doubled(before) == {}
    both.take_over("customer")
    # whom the incumbent has not read yet is new; nobody else is
    assert both.doubled(before).keys() <= {"res.partner"}
    assert both.twice() == twice
    both.take_over("order")
    found = both.doubled(before)
    assert found.pop("sale.order") == 1, "the one order that only ours has read"
    assert found.keys() <= {"sale.order.line", "res.partner"}, found
    assert both.twice() == twice
    assert both.linked() == set(orders.values())
    assert both.stuck() == {}
    # ... also when it is told again: quotations get the addresses they lacked
    again = both.counts()
    for gid in orders.values():
        both.shop.control("touch", id=gid, note="told again")
    both.run("order")
    assert both.doubled(again).keys() <= {"res.partner"}
    assert both.twice() == twice
    assert both.stuck() == {}


def _go_on(both: Beside, orders: dict[str, str]) -> None:
    """Money of orders from before moves once."""
    both.book_payments()
    both.run("order")
    before = both.money(orders["unpaid"])
    both.shop.control("payment", id=orders["unpaid"], gateway="manual")
    both.run("order")
    assert both.money(orders["unpaid"]) == before, "paid by hand already"

    credited = both.credited(orders["plain"])
    assert credited == 1, "the incumbent's credit note"
    both.refund(orders["plain"])
    both.run("order")
    assert both.credited(orders["plain"]) == 2
