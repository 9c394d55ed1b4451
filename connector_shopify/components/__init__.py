from . import adapter
from . import adapter_subscription
from . import adapter_webhook
from . import binder
from . import customer_mapper
from . import order_mapper
from . import product_mapper
from . import sender
