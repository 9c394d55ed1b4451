from . import adapter
from . import binder
from . import customer_mapper
from . import order_mapper
from . import product_mapper
from . import sender
