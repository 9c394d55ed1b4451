from . import exporters
from . import models
