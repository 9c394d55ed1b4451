from . import task
from . import base
