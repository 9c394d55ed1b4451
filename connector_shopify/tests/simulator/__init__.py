# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A simulated Shopify shop with the Admin GraphQL API, for tests and for the sandbox.

    shop = Shop(seed=7, orders=30)
    with SimulatorServer(shop) as server:
        ...  # server.url, shop.truth, shop.place_orders(), shop.faults.add("close")

It refuses what the real API refuses, and says "not simulated" to what nobody modelled.
"""

from .schema import PINNED, SUPPORTED, admin_schema
from .server import SimulatorServer
from .scopes import SCOPES
from .shop import Shop
from .truth import Amounts, Truth, TruthLine, TruthTax

__all__ = [
    "PINNED",
    "SCOPES",
    "SUPPORTED",
    "Amounts",
    "Shop",
    "SimulatorServer",
    "Truth",
    "TruthLine",
    "TruthTax",
    "admin_schema",
]
