# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate a shop: the same seed and options give the same shop, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from . import samples
from .basket import BasketGenerator
from .buyer import BuyerGenerator
from .catalog import CatalogGenerator
from .companies import complete_companies
from .dispatch import shipped_before
from .document import OrderDocument
from .fulfilling import Fulfilling
from .fulfilment_state import delivered
from .identity import Ids, iso
from .order import Draft, order_object, order_truth
from .payment import PaymentGenerator
from .people import PeopleGenerator
from .pricing import price_order
from .truth import Truth

Object = dict[str, Any]


@dataclass(slots=True)
class World:
    """What exists before the first order."""

    products: list[Object]
    customers: list[Object]
    locations: list[Object]
    companies: list[Object]


class Generator:
    """`taxes`: included, excluded or mixed (per order)."""

    def __init__(
        self,
        seed: int,
        currency: str,
        taxes: str,
        start: datetime,
        products: int,
        customers: int,
        duties: bool = False,
        fulfilled: float = 0.0,
    ) -> None:
        if taxes not in ("included", "excluded", "mixed"):
            raise ValueError(
                f"taxes must be included, excluded or mixed, not {taxes!r}"
            )
        self.rng = Random(seed)
        self.ids = Ids()
        self.start = start
        catalog = CatalogGenerator(self.rng, self.ids, currency, start)
        self.people = PeopleGenerator(self.rng, self.ids, start)
        self.world = World(
            products=catalog.products(products),
            customers=self.people.customers(customers),
            locations=catalog.locations(),
            companies=catalog.companies(),
        )
        world = self.world
        self.companies = complete_companies(world, self.ids, start)
        self.basket = BasketGenerator(self.rng, world.products, currency, taxes, duties)
        self.buyers = BuyerGenerator(
            self.rng, self.people, world.customers, world.companies
        )
        self.payments = PaymentGenerator(self.rng, self.ids)
        self.fulfilling = Fulfilling(self.ids, world.locations)
        self.fulfilled = fulfilled
        # a source of its own: who ships what must not change what is bought
        self._shipping_rng = Random(f"fulfilment {seed}")
        self.count = 0
        self._moment = start

    def order(
        self, moment: datetime | None = None, scenarios: list[str] | None = None
    ) -> tuple[Object, Truth]:
        """Return the next order; without `moment` it follows the one before."""
        chosen = scenarios or self.basket.scenarios(self.count)
        spec = self.basket.order(chosen)
        shop = price_order(spec, spec.currency)
        there = shop
        if spec.presentment != spec.currency:
            there = price_order(spec, spec.presentment)
        created, updated = self._times(moment)
        draft = Draft(
            index=self.count,
            scenarios=chosen,
            created=created,
            updated=updated,
            buyer=self.buyers.choose(chosen),
            payment=self.payments.pay(chosen, shop, there, created),
            document=OrderDocument(spec, shop, there, self.ids),
            note=self.rng.choice(samples.NOTES),
            tags=sorted(self.rng.sample(samples.TAGS, self.rng.randrange(3))),
        )
        self.count += 1
        order = order_object(draft, self.ids)
        self._ship(order, chosen)
        truth = order_truth(order, draft)
        truth.delivered = delivered(order)
        return order, truth

    def _ship(self, order: Object, scenarios: list[str]) -> None:
        done = order["displayFulfillmentStatus"] == "FULFILLED"
        self.fulfilling.open(order, scenarios, order["createdAt"])
        if done:
            scenarios = ["fulfilled"]
        shipped_before(
            self.fulfilling, order, scenarios, self._shipping_rng, self.fulfilled
        )

    def _times(self, moment: datetime | None) -> tuple[str, str]:
        """Orders come in bursts: several share one second, as after a flash sale."""
        if moment is not None:
            return iso(moment), iso(moment)
        if self.rng.random() > 0.15:
            self._moment += timedelta(seconds=self.rng.randrange(5, 900))
        later = self.rng.choice((0, 0, 0, 3, 60))
        return iso(self._moment), iso(self._moment + timedelta(seconds=later))
