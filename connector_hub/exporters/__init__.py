from . import task
from . import base
from . import customer
from . import fulfillment
from . import invoice
from . import product
from . import price
from . import stock
