from . import adapter
from . import adapter_push
from . import binder
from . import mapper
