# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.addons.connector_hub.components.event import Event

from . import samples
from .common import HubCase


def events(count, **values):
    return [
        Event(
            external_id=f"O{number}",
            topic="poll",
            body=json.dumps({"number": number}).encode(),
            version=samples.EPOCH,
            **values,
        )
        for number in range(count)
    ]


class TestReceive(HubCase):
    def setUp(self):
        super().setUp()
        self.order_flow = self.flow(self.make_backend())

    def receive(self, rows):
        return self.env["hub.message"].receive(self.order_flow, rows)

    def test_event_becomes_one_message_with_its_payload(self):
        self.receive(events(1))
        message = self.messages(self.order_flow)
        self.assertEqual(
            (message.state, message.external_id, message.attempts),
            ("pending", "O0", 0),
        )
        self.assertEqual(
            self.env["hub.payload"].newest(message.ids)[message.id], b'{"number": 0}'
        )

    def test_same_delivery_twice_is_one_message(self):
        event = events(1, delivery_id="d-1")
        lanes = self.receive(event)
        self.assertEqual(self.receive(event), set())
        self.assertEqual(len(self.messages(self.order_flow)), 1)
        self.assertEqual(len(lanes), 1)

    def test_same_content_polled_twice_is_one_message(self):
        self.receive(events(3))
        self.receive(events(4))
        self.assertEqual(len(self.messages(self.order_flow)), 4)

    def test_same_event_twice_in_one_page_is_one_message(self):
        self.receive(events(2) + events(2))
        self.assertEqual(len(self.messages(self.order_flow)), 2)

    def test_other_content_of_same_record_is_another_message(self):
        first = Event("O1", "poll", b"1", samples.EPOCH)
        second = Event("O1", "poll", b"2", samples.EPOCH)
        self.receive([first])
        self.receive([second])
        self.assertEqual(len(self.messages(self.order_flow)), 2)

    def test_two_flows_keep_their_own_messages(self):
        other = self.flow(self.order_flow.backend_id, "customer")
        self.receive(events(1))
        self.env["hub.message"].receive(other, events(1))
        self.assertEqual(len(self.messages(other)), 1)

    def test_a_page_takes_one_insert_whatever_its_length(self):
        def statements(rows):
            with self.queries() as found:
                self.receive(rows)
            return [text for text in found if "INSERT" in text]

        short, long = statements(events(2)), statements(events(250, name="x"))
        self.assertEqual((len(short), len(long)), (1, 1))

    def test_known_event_stores_no_second_payload(self):
        for _time in range(2):
            self.receive(events(1))
        self.assertEqual(len(self.messages(self.order_flow).payload_ids), 1)

    def test_payload_keeps_every_byte(self):
        body = b'{"n": 1.10, "text": "\\u0000 \xf0\x9f\xa6\x8a"}'
        self.receive([Event("O1", "poll", body, samples.EPOCH)])
        message = self.messages(self.order_flow)
        self.assertEqual(self.env["hub.payload"].newest(message.ids)[message.id], body)

    def test_version_keeps_fractions_of_a_second(self):
        moment = samples.EPOCH.replace(microsecond=123456)
        self.receive([Event("O1", "poll", b"1", moment)])
        self.assertEqual(
            self.messages(self.order_flow).version, "2026-09-01T08:00:00.123456Z"
        )
