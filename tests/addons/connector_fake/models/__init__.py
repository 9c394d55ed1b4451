from . import hub_backend
from . import bindings
from . import hub_importer_event
