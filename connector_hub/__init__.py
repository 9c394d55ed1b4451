from . import components
from . import controllers
from . import importers
from . import models
