from . import hub_message_arrived
from . import hub_backfill
from . import hub_erase
from . import hub_pause
from . import hub_cursor_reset
from . import base_partner_merge
from . import hub_link_import
from . import hub_shadow_end
