from . import event
from . import push
from . import system
from . import adapter
from . import binder
from . import mapper
