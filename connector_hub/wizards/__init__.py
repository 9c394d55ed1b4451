from . import hub_message_arrived
from . import hub_backfill
from . import hub_erase
