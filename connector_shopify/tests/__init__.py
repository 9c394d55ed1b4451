from . import test_adapter
from . import test_contract
from . import test_mappers
from . import test_orders
from . import test_stock
from . import test_prices_out
from . import test_products_out
