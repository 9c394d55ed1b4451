from . import hub_backend
from . import hub_backend_stock
from . import hub_exporter_stock
from . import hub_flow_stock
from . import hub_importer_product_stock
from . import hub_backend_product
from . import bindings
from . import hub_shopify_variant
