# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component

from ..models.hub_backend import ENTITIES


class FakeBinder(Component):
    _name = "hub.fake.binder"
    _inherit = "hub.binder"
    _system = "fake"
    _apply_on = [f"hub.fake.{entity}" for entity in ENTITIES]
