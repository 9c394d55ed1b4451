# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.documents import InvoiceState, InvoiceType, PaymentState

from . import samples
from .export_case import ExportCase
from .order_case import OrderCase


class TestExporterInvoice(ExportCase, OrderCase):
    def setUp(self):
        super().setUp()
        self.order_flow = self.flow(self.backend)

    def ordered(self, *numbers):
        """Bring in orders of something invoiced at once; return them confirmed."""
        if not self.env["product.product"].search([("default_code", "=", "SKU-1")]):
            self.existing_product(type="service", invoice_policy="order")
        orders = self.env["sale.order"]
        for number in numbers or (1,):
            order = self.bring_in(samples.order(number))
            if order.state != "sale":
                order.action_confirm()
            orders += order
        return orders

    def invoiced(self, *numbers):
        invoices = self.env["account.move"]
        for order in self.ordered(*numbers):
            invoices += order._create_invoices()
        invoices.action_post()
        return invoices

    def pay(self, invoice, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        values = {} if amount is None else {"amount": amount}
        wizard.create(values)._create_payments()

    def reverse(self, invoice):
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        note = self.env["account.move"].browse(action["res_id"])
        note.action_post()
        return note

    def test_says_what_is_owed_for_which_order(self):
        invoice = self.invoiced()
        said = self.said("invoice", invoice)
        self.assertEqual((said.name, said.order_ids), (invoice.name, ("O1",)))
        self.assertEqual(said.type, InvoiceType.INVOICE)
        self.assertEqual(said.state, InvoiceState.POSTED)
        self.assertEqual(said.payment_state, PaymentState.NOT_PAID)
        self.assertEqual((said.total, said.residual), (10, 10))
        self.assertEqual(said.due_on, invoice.invoice_date_due)
        (line,) = said.lines
        self.assertEqual((line.external_id, line.sku, line.net), ("L1", "SKU-1", 10))

    def test_payments_are_noted_and_said(self):
        invoice = self.invoiced()
        self.listen(self.backend, "invoice")
        for amount, state, residual in (
            (4, (PaymentState.PARTIAL,), 6),
            (None, (PaymentState.PAID, PaymentState.IN_PAYMENT), 0),
        ):
            self.marks("invoice")
            self.pay(invoice, amount)
            self.assertIn(invoice.id, self.roots("invoice"))
            said = self.said("invoice", invoice)
            self.assertIn(said.payment_state, state)
            self.assertEqual(said.residual, residual)

    def test_credit_note_says_what_it_takes_back(self):
        invoice = self.invoiced()
        note = self.reverse(invoice)
        said = self.said("invoice", note)
        self.assertEqual(said.type, InvoiceType.CREDIT_NOTE)
        self.assertEqual((said.reverses, said.total), (invoice.name, 10))
        self.assertEqual(said.order_ids, ("O1",))

    def test_posting_resetting_and_cancelling_are_noted(self):
        invoice = self.ordered()._create_invoices()
        self.listen(self.backend, "invoice")
        mark = ("account.move", invoice.id, "change")
        for act in ("action_post", "button_draft", "button_cancel"):
            self.marks("invoice")
            getattr(invoice, act)()
            self.assertIn(mark, self.marks("invoice"), act)

    def test_status_of_payment_arrives_there_on_the_same_invoice(self):
        remote = self.start_remote()
        self.backend.write({"api_url": remote.url, "fake_password": remote.password})
        flow = self.listen(self.backend, "invoice")
        invoice = self.invoiced()
        self.commit_outbox()
        (remote_id,) = remote.rows["invoice"]
        self.assertEqual(self.bound(self.backend, "invoice", remote_id), invoice)
        self.assertEqual(remote.rows["invoice"][remote_id]["payment_state"], "not_paid")
        self.pay(invoice)
        self.commit_outbox()
        (row,) = remote.rows["invoice"].values()
        self.assertIn(row["payment_state"], ("paid", "in_payment"))
        self.assertEqual(row["residual"], "0.0")
        actions = [effect.action for effect in remote.ledger]
        self.assertEqual((actions[0], set(actions[1:])), ("create", {"update"}))
        self.assertLessEqual(set(self.states(flow)), {"done", "unchanged"})

    def test_drafts_are_told_only_of_what_was_posted_once(self):
        invoice = self.ordered()._create_invoices()
        flow = self.out("invoice")
        exporter = flow._exporter()
        self.assertFalse(exporter.relevant(flow, invoice.ids))
        self.link(invoice, "I", "invoice")
        self.assertEqual(exporter.relevant(flow, invoice.ids), {invoice.id})
        self.assertEqual(self.said("invoice", invoice).state, InvoiceState.DRAFT)

    def test_invoices_of_others_are_not_relevant(self):
        order = self.ordered()
        own = order.copy()
        own.action_confirm()
        invoice = own._create_invoices()
        invoice.action_post()
        flow = self.out("invoice")
        self.assertFalse(flow._exporter().relevant(flow, invoice.ids))
        self.assertFalse(self.export("invoice", invoice))

    def test_statements_do_not_grow_with_the_invoices(self):
        invoices = self.invoiced(*range(1, 16))
        few = self.statements("invoice", invoices[:2])
        self.assertLessEqual(self.statements("invoice", invoices), few)
        flow = self.out("invoice")
        self.assertEqual(flow._exporter().all_ids(flow, 0, 100), sorted(invoices.ids))
