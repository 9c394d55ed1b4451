# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import zlib

from . import samples
from .drain_case import DrainCase

NAME, EMAIL = "Carla Canary", "carla.canary@example.com"
STREET = "Canary Street 17"


def unpacked(body):
    try:
        return zlib.decompress(body).decode("utf-8", "replace")
    except zlib.error:
        return body.decode("utf-8", "replace")


class ErasureCase(DrainCase):
    """Somebody whose data are everywhere, and who is to be forgotten."""

    def setUp(self):
        super().setUp()
        self.customer_flow = self.flow(self.backend, "customer")
        self.person = samples.customer(
            77,
            name=NAME,
            email=EMAIL,
            default_address=samples.address(name=NAME, street=STREET),
        )

    def bring_in_person(self):
        """A customer, an order that was booked, and one that could not be."""
        row = samples.payload("customer", self.person)
        self.remote.put("customer", row)
        self.poll(self.customer_flow)
        self.drain(self.customer_flow)
        address = self.person["default_address"]
        self.place(1, customer=self.person, shipping=address)
        self.place(2, customer=self.person, total="99.99")
        self.place(3)
        self.bring_in()
        self.partner = self.bound(self.backend, "customer", "C77")
        self.assertEqual(self.partner.name, NAME)

    def leave_traces(self):
        """What people and later addons may have written about her."""
        exception = self.exceptions(self.backend)
        exception.message_post(body=f"I called {NAME} &lt;{EMAIL}&gt; today.")
        exception.activity_schedule(
            "mail.mail_activity_data_todo", note=f"<p>ask {EMAIL}</p>"
        )
        message = self.message("O2")
        message.error_message = f"The address of {NAME} is unknown."
        exception.explanation = message.error_message
        self.env["hub.run"].create(
            {"flow_id": self.order_flow.id, "message": f"stopped at {NAME}"}
        )
        self.env["hub.snapshot"].store_many(
            self.backend, "customer", {"C77": {"name": NAME, "email": EMAIL}}
        )
        self.env["hub.attempt"].create(
            {
                "message_id": message.id,
                "started_at": "2026-01-01",
                "error": f"{NAME} refused",
            }
        )

    def erase(self, **options):
        return self.backend.erase_personal_data("customer", ["C77"], **options)

    # === LOOKING FOR HER ===#

    def places(self, *needles):
        """Return where in the hub's tables one of the needles is."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT table_name, column_name, udt_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
            " AND (table_name LIKE 'hub\\_%' OR table_name IN"
            " ('mail_message', 'mail_activity', 'queue_job', 'mail_tracking_value'))"
            " AND udt_name IN ('text', 'varchar', 'bytea', 'json', 'jsonb')"
        )
        return [
            f"{table}.{column}"
            for table, column, kind in self.env.cr.fetchall()
            if any(
                needle.casefold() in text
                for text in self.texts(table, column, kind)
                for needle in needles
            )
        ]

    def texts(self, table, column, kind):
        self.env.cr.execute(
            f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
            if kind == "bytea"
            else f'SELECT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL'
        )
        for (value,) in self.env.cr.fetchall():
            if kind == "bytea":
                value = unpacked(bytes(value))
            yield value.casefold()
