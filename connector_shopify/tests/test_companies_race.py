# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from ..components.adapter import ShopifyAdapter
from ..components.sender_company import ShopifyCompanySender
from .company_case import CompanyCase


class TestCompaniesRace(CompanyCase):
    """News of a company that come while Odoo is still telling the shop of it."""

    def setUp(self):
        super().setUp()
        self.company = self.make_company()
        self.person = self.make_person(self.company)
        self.branch = self.make_branch(self.company)

    def while_calling(self, owner, name, work):
        """Have ``work`` be done when a method has its answer, once."""
        original, todo = getattr(owner, name), [work]

        def call(component, *args):
            answer = original(component, *args)
            if todo:
                todo.pop()()
            return answer

        return patch.object(owner, name, call)

    def test_news_read_before_the_parts_were_made_take_nothing_away(self):
        self.send()
        row = self.there(self.company)
        with self.while_calling(ShopifyAdapter, "fetch", self.send):
            self.tell(row)
        self.assertEqual(self.messages(self.into)[-1:].state, "done")
        self.assertEqual(self.person.parent_id, self.company)
        self.assertTrue(self.branch.active)
        self.assertTrue(self.id_of("company_contact", self.person))
        self.assertTrue(self.id_of("company_location", self.branch))
        self.assertEqual(len(row["locations"]), 2)
        self.assertEqual(self.send(), {})
        row["contacts"] = []
        self.tell(row)
        self.assertFalse(self.person.parent_id)

    def test_news_wait_until_it_is_known_what_was_made(self):
        self.send()
        row = self.there(self.company)
        before = self.env["res.partner"].search_count([])
        tell = self.while_calling(ShopifyCompanySender, "push", lambda: self.tell(row))
        with tell:
            self.send()
        news = self.messages(self.into)[-1:]
        self.assertEqual((news.state, news.error_class), ("pending", "NotYet"))
        self.let_time_pass(news)
        self.drain(self.into)
        self.assertEqual(news.state, "done")
        self.assertEqual(self.message(self.company).state, "done")
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertEqual(self.send(), {})
