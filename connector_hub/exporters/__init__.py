from . import task
from . import base
from . import customer
