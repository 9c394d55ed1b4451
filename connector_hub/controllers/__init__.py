from . import front
from . import webhook
