# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The imaginary system speaks the hub's own documents."""

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.connector_hub.documents import DOCUMENTS

#: its own, not of the record
ENVELOPE = {"external_id", "version", "source"}


class FakeMapper(AbstractComponent):
    _name = "hub.fake.mapper"
    _inherit = "hub.mapper"
    _system = "fake"

    @staticmethod
    def to_payload(document, **options):
        return document.model_dump(mode="json", exclude_unset=True, exclude=ENVELOPE)


class FakeCustomerMapper(Component):
    _name = "hub.fake.customer.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.customer"
    _needed = frozenset({"email"})

    @staticmethod
    def to_document(payload, **options):
        return _read("customer", payload)


class FakeProductMapper(Component):
    _name = "hub.fake.product.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.product"

    @staticmethod
    def to_document(payload, **options):
        return _read("product", payload)


class FakeOrderMapper(Component):
    _name = "hub.fake.order.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.order"

    @staticmethod
    def to_document(payload, **options):
        return _read("order", payload)


class FakeStockMapper(Component):
    _name = "hub.fake.stock.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.stock"

    @staticmethod
    def to_document(payload, **options):
        return DOCUMENTS["stock"].model_validate(payload)


class FakePriceMapper(Component):
    _name = "hub.fake.price.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.price"

    @staticmethod
    def to_document(payload, **options):
        return DOCUMENTS["price"].model_validate(payload)


class FakeFulfillmentMapper(Component):
    _name = "hub.fake.fulfillment.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.fulfillment"

    @staticmethod
    def to_document(payload, **options):
        return DOCUMENTS["fulfillment"].model_validate(payload)


class FakeInvoiceMapper(Component):
    _name = "hub.fake.invoice.mapper"
    _inherit = "hub.fake.mapper"
    _usage = "hub.mapper.invoice"

    @staticmethod
    def to_document(payload, **options):
        return DOCUMENTS["invoice"].model_validate(payload)


def _read(name, payload):
    """Translate what is known; a field that was added since is left alone."""
    document = DOCUMENTS[name]
    known = {key: payload[key] for key in payload if key in document.model_fields}
    return document.model_validate(known)
