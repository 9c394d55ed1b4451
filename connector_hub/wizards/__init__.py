from . import hub_message_arrived
