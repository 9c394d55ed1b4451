from . import adapter
from . import binder
from . import mapper
