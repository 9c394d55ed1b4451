from . import mrp_bom
from . import mrp_bom_line
from . import sale_order_line
