# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The imaginary system speaks the hub's own documents."""

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.connector_hub.documents import DOCUMENTS


class FakeMapper(AbstractComponent):
    _name = "hub.fake.mapper"
    _inherit = "hub.mapper"
    _system = "fake"


class FakeCustomerMapper(Component):
    _name = "hub.fake.customer.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.customer"

    @staticmethod
    def to_document(payload, **options):
        return DOCUMENTS["customer"].model_validate(payload)


class FakeProductMapper(Component):
    _name = "hub.fake.product.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.product"

    @staticmethod
    def to_document(payload, **options):
        return DOCUMENTS["product"].model_validate(payload)


class FakeOrderMapper(Component):
    _name = "hub.fake.order.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.order"

    @staticmethod
    def to_document(payload, **options):
        return DOCUMENTS["order"].model_validate(payload)
