from . import hub_backend
from . import bindings
