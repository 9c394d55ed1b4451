from . import unavailable
from . import webhook
