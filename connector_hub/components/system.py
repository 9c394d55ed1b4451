# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from typing import Any

from odoo.addons.component.core import AbstractComponent


class SystemComponent(AbstractComponent):
    """Belongs to one remote system.

    All systems share the collection ``hub.backend``, so the lookup must compare the
    backend's system as well.
    """

    _name = "hub.system"
    _inherit = "base.connector"
    _collection = "hub.backend"
    #: value of ``hub.backend.system`` this component serves
    _system = ""

    @classmethod
    def _component_match(
        cls,
        work: Any,
        usage: str | None = None,
        model_name: str | None = None,
        **kw: Any,
    ) -> bool:
        return cls._system in ("", work.collection.system)
