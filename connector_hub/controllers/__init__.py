from . import front
from . import webhook
from . import metrics
