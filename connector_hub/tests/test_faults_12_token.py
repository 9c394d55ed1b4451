# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import mute_logger

from .drain_case import DrainCase


class TestFault12TokenExpiry(DrainCase):
    """The token expires while pages are read (many workers: ``tests/chaos``)."""

    def setUp(self):
        super().setUp()
        self.remote.page_size = 2
        for number in range(1, 7):
            self.place(number)

    def expire_before_page(self, number, refuse=False):
        page = self.remote._page

        def expire(request, rows):
            answer = page(request, rows)
            if request.args["page"] == str(number - 1):
                self.remote.tokens.append("expired-by-the-test")
                self.remote.refuses = refuse
            return answer

        self.remote._page = expire

    def test_it_is_renewed_once_and_no_page_is_read_twice(self):
        self.expire_before_page(1)
        self.poll(self.order_flow)
        self.assertEqual(self.remote.calls["/token"], 2)
        self.assertEqual(len(self.messages(self.order_flow)), 6)

    @mute_logger("odoo.addons.connector_hub.models.hub_flow_poll")
    def test_cursor_stays_where_it_was_when_it_cannot_be_renewed(self):
        self.expire_before_page(2, refuse=True)
        self.poll(self.order_flow)
        stored = self.messages(self.order_flow)
        self.assertEqual(len(stored), 4)
        self.assertEqual(self.order_flow.cursor, max(stored.mapped("version")))
        self.assertEqual(self.backend.state, "paused")
        self.remote.refuses = False
        self.remote._page = type(self.remote)._page.__get__(self.remote)
        self.backend.action_resume()
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done"] * 6)
