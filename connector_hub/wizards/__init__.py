from . import hub_erase
