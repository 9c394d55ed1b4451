from . import stock
