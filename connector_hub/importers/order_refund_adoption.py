# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ImporterOrderRefundAdoption(models.AbstractModel):
    """Credit notes that people made of what the store refunded as well.

    Whoever of them was first: it is one refund, so it has one credit note.
    """

    _name = "hub.importer.order.refund.adoption"
    _description = "Adoption of Credit Notes"

    @api.private
    def adopt(self, backend, records):
        """Take posted credit notes of the same amount for those of refunds.

        :return: the refunds that have their credit note now
        """
        adopted = records.browse()
        for order, refunds in records.grouped("order_id").items():
            notes = self._unclaimed(order)
            for refund in refunds.sorted(lambda row: (row.refunded_at, row.id)):
                same = notes.filtered(lambda note, r=refund: _is_same(note, r))[:1]
                if same:
                    notes -= same
                    refund.write({"move_id": same.id, "credit_state": "done"})
                    self.env["hub.importer.order.refund"].take_off_ours(refund)
                    adopted += refund
        self.env["hub.importer.order.refund.credit"].link(backend, adopted)
        return adopted

    def _unclaimed(self, order):
        """Return an order's posted credit notes that no refund of a store made."""
        moves = order.invoice_ids
        notes = (moves | moves.reversal_move_ids).filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted"
        )
        if not notes:
            return notes
        known = self.env["hub.order.refund"].sudo()
        return notes - known.search([("move_id", "in", notes.ids)]).move_id


def _is_same(note, refund):
    if note.hub_external_id:
        # another connector made it, and of which refund is known
        return note.hub_external_id == refund.external_id
    return note.currency_id == refund.currency_id and not (
        note.currency_id.compare_amounts(note.amount_total, refund.amount)
    )
