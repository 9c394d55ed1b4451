from . import components
from . import controllers
from . import exporters
from . import importers
from . import models
from . import wizards
