from . import hub_backfill
from . import hub_erase
