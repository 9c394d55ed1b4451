# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import BaseCase

from odoo.addons.connector_hub.components.push import Push
from odoo.addons.connector_shopify.components import product_bulk_change
from odoo.addons.connector_shopify.components.bulk_write import BulkWriter


class TestBulkProbes(BaseCase):
    """What is known of bulk operations whose start nobody has noted."""

    def probed(self, **seen):
        kinds = [
            SimpleNamespace(name=name, news=lambda push: True)
            for name in ("Fields", "Variants")
        ]
        push = Push("product.template,1", "update", "call.1", {})
        with (
            patch.object(product_bulk_change, "KINDS", kinds),
            patch.object(product_bulk_change, "_is_plain", lambda push: True),
        ):
            return product_bulk_change._probed(push, seen)

    def test_operation_at_work_is_waited_for_though_the_other_never_began(self):
        # told again at once, it would be overtaken by what is under way
        found = self.probed(Fields=None)
        self.assertEqual((found.happened, found.under_way), (None, True))

    def test_what_never_began_is_told_again(self):
        found = self.probed(Fields={1: {}})
        self.assertEqual((found.happened, found.under_way), (False, False))

    def test_operation_is_known_by_its_name_whatever_its_text_was(self):
        nodes = [
            {"id": "1", "query": "mutation N_12($input: CustomerInput!) { a }"},
            {"id": "2", "query": "mutation N_1($input: CustomerInput!) { older }"},
        ]
        page = {"nodes": nodes, "pageInfo": {"hasNextPage": False}}
        client = SimpleNamespace(query=lambda name, **options: {"bulkOperations": page})
        writer = BulkWriter(
            client, "mutation N_1($input: CustomerInput!) { new }", "N_1"
        )
        self.assertEqual(writer.find()["id"], "2")
