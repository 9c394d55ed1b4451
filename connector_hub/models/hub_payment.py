# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timezone

from odoo import api, fields, models

#: {stage: what it means}; see _compute_stage
STAGES = [
    ("pending", "Pending"),
    ("authorized", "Authorized"),
    ("released", "Released"),
    ("received", "Received"),
    ("booked", "Booked"),
    ("refund", "Refund"),
    ("failed", "Failed"),
    ("noted", "Noted"),
]


class HubPayment(models.Model):
    """What the store says of one payment of an order, and what Odoo made of it.

    The remote id is what keeps a payment from being booked twice: it is there once,
    and has one ``payment_id`` for ever.
    """

    _name = "hub.payment"
    _description = "Payment of a Store's Order"
    _order = "processed_at desc, id desc"
    _rec_name = "external_id"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", index=True, readonly=True
    )
    external_id = fields.Char("Remote Id", required=True, readonly=True)
    parent_external_id = fields.Char("Belongs To", readonly=True)
    kind = fields.Selection(
        [
            ("authorization", "Authorization"),
            ("sale", "Payment"),
            ("capture", "Capture"),
            ("void", "Void"),
            ("refund", "Refund"),
            ("change", "Change Given"),
        ],
        required=True,
        readonly=True,
    )
    status = fields.Selection(
        [("pending", "Pending"), ("success", "Success"), ("failed", "Failed")],
        "Outcome",
        required=True,
        readonly=True,
    )
    stage = fields.Selection(
        STAGES, compute="_compute_stage", help="What it means for the books."
    )
    gateway = fields.Char(readonly=True)
    gateway_title = fields.Char("Paid By", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    rounding = fields.Monetary(
        "Cash Rounding",
        readonly=True,
        help="What the till took more, or less, than the amount.",
    )
    shop_amount = fields.Float(
        "Amount in the Store's Currency", digits=(16, 4), readonly=True
    )
    fee = fields.Float(
        "Provider's Fee",
        digits=(16, 4),
        readonly=True,
        help="In the currency the provider charges it in; booked with the payout.",
    )
    processed_at = fields.Datetime("Date", readonly=True)
    test = fields.Boolean(readonly=True, help="No real money: never in production.")
    manual = fields.Boolean(
        "Without Gateway", readonly=True, help="A person said that it was paid."
    )
    released = fields.Boolean(
        readonly=True, help="The authorization was voided: nothing can be captured."
    )
    paid_otherwise = fields.Boolean(
        readonly=True,
        help="The invoice was paid already when this was to be booked, for example by"
        " a bank statement: it is that money, and was not booked again.",
    )
    payment_id = fields.Many2one(
        "account.payment",
        "Payment in Odoo",
        ondelete="restrict",
        index="btree_not_null",
        readonly=True,
    )

    _external_uniq = models.Constraint(
        "UNIQUE(backend_id, external_id)", "This payment is on file already."
    )

    @api.depends("kind", "status", "released", "payment_id", "paid_otherwise")
    def _compute_stage(self):
        for payment in self:
            payment.stage = payment._stage()

    def _stage(self):
        if self.payment_id:
            return "booked"
        if self.paid_otherwise:
            return "noted"
        if self.status != "success":
            return self.status
        if self.kind == "authorization":
            return "released" if self.released else "authorized"
        return {"sale": "received", "capture": "received", "refund": "refund"}.get(
            self.kind, "noted"
        )

    # === BUSINESS METHODS ===#

    @api.private
    def counted(self):
        """Return the payments whose money the store has, and that belong in books.

        Test payments count where there are no books to spoil.
        """
        return self.filtered(
            lambda payment: (
                payment.status == "success"
                and payment.kind in ("sale", "capture")
                and not (
                    payment.test and payment.backend_id.environment == "production"
                )
            )
        )

    @api.private
    def note_many(self, backend, said):
        """Bring what is on file in line with what the store says; set-based.

        :param said: list of (sale.order, tuple of OrderPayment)
        """
        rows = {
            payment.external_id: (order, payment)
            for order, payments in said
            for payment in payments
        }
        known = self.search(
            [("backend_id", "=", backend.id), ("external_id", "in", list(rows))]
        )
        voided = {
            payment.parent_id
            for _order, payment in rows.values()
            if payment.kind.value == "void" and payment.status.value == "success"
        }
        values = {
            key: self._values_of(order, payment, voided)
            for key, (order, payment) in rows.items()
        }
        for payment in known:
            payment._write_changes(values.pop(payment.external_id))
        self.create(
            [
                {**vals, "backend_id": backend.id, "external_id": key}
                for key, vals in values.items()
            ]
        )

    def _values_of(self, order, payment, voided):
        moment = payment.processed_at
        return {
            "order_id": order.id,
            "parent_external_id": payment.parent_id or False,
            "kind": payment.kind.value,
            "status": payment.status.value,
            "gateway": payment.gateway or False,
            "gateway_title": payment.gateway_title or payment.gateway or False,
            "currency_id": order.currency_id.id,
            "amount": float(payment.amount),
            "rounding": float(payment.rounding),
            "shop_amount": float(payment.shop_amount.amount)
            if payment.shop_amount
            else 0.0,
            "fee": float(sum(fee.amount + fee.tax for fee in payment.fees)),
            "processed_at": moment and _naive(moment),
            "test": payment.test,
            "manual": payment.manual,
            "released": payment.external_id in voided,
        }

    def _write_changes(self, values):
        changes = {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changes:
            self.write(changes)


def _naive(moment):
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
