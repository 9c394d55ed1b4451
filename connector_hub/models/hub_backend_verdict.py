# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

#: how the lines of what is in order begin, see ``Verdict``
PASSED = "✓"


class HubBackend(models.Model):
    """The verdict of the connection test, with what is to be done before the rest."""

    _inherit = "hub.backend"

    verdict_problems = fields.Text("What Is Missing", compute="_compute_verdict_parts")
    verdict_passed = fields.Text("What Works", compute="_compute_verdict_parts")

    @api.depends("verdict")
    def _compute_verdict_parts(self):
        for backend in self:
            lines = (backend.verdict or "").splitlines()
            passed = [line for line in lines if line.startswith(PASSED)]
            problems = [line for line in lines if line not in passed]
            backend.verdict_passed = "\n".join(passed) or False
            backend.verdict_problems = "\n".join(problems) or False
