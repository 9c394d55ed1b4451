# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.trial import trial_of


class IrSequence(models.Model):
    """A dry run uses up no numbers: they would be missing later."""

    _inherit = "ir.sequence"

    def _next_do(self):
        trial = trial_of(self.env.cr)
        if trial is None:
            return super()._next_do()
        return self.get_next_char(trial.next_number(self, self.number_increment))


class IrSequenceDateRange(models.Model):
    _inherit = "ir.sequence.date_range"

    def _next(self):
        trial = trial_of(self.env.cr)
        if trial is None:
            return super()._next()
        sequence = self.sequence_id
        return sequence.get_next_char(
            trial.next_number(self, sequence.number_increment)
        )
