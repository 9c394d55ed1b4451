# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

WORKING = ("reading", "applying")


class HubStockOpening(models.Model):
    """Odoo's stock taken over from a connected system, once people have looked at it.

    Read, reviewed, then applied as an inventory adjustment. It sets quantities instead
    of adding them: done twice it changes nothing.
    """

    _name = "hub.stock.opening"
    _inherit = "hub.operable"
    _description = "Opening Stock from a Connected System"
    _order = "id desc"
    _rec_name = "backend_id"
    _check_company_auto = True

    backend_id = fields.Many2one("hub.backend", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    quantity = fields.Selection(
        [("available", "Available for Sale"), ("on_hand", "On Hand")],
        "Take Over",
        default="available",
        required=True,
        help="Available for sale: open orders of the store stay there. On hand: its"
        " open orders come to Odoo as well, and reserve their part here.",
    )
    state = fields.Selection(
        [
            ("draft", "To Be Read"),
            ("reading", "Being Read"),
            ("review", "To Be Reviewed"),
            ("applying", "Being Applied"),
            ("done", "Applied"),
        ],
        default="draft",
        required=True,
        readonly=True,
    )
    is_forsaken = fields.Boolean(compute="_compute_is_forsaken")
    problem = fields.Text(readonly=True)
    read_at = fields.Datetime("Read", readonly=True)
    line_ids = fields.One2many("hub.stock.opening.line", "opening_id", readonly=True)
    line_count = fields.Integer("Levels", compute="_compute_counts")
    change_count = fields.Integer("To Be Changed", compute="_compute_counts")
    problem_count = fields.Integer("Left Out", compute="_compute_counts")

    @api.depends("line_ids.problem", "line_ids.difference", "line_ids.is_applied")
    def _compute_counts(self):
        for opening in self:
            lines = self.env["hub.stock.opening.line"]
            ours = [("opening_id", "=", opening.id)]
            opening.line_count = lines.search_count(ours)
            opening.problem_count = lines.search_count(
                [*ours, ("problem", "!=", False)]
            )
            opening.change_count = lines.search_count([*ours, *lines._open_domain()])

    @api.depends("state")
    def _compute_is_forsaken(self):
        """Nobody is at work any more though it is not done: the job has failed."""
        jobs = self.env["queue.job"].sudo()
        for opening in self:
            domain = [
                ("identity_key", "=like", f"hub.opening.{opening.id}.%"),
                ("state", "not in", ("done", "failed", "cancelled")),
            ]
            working = opening.state in WORKING
            opening.is_forsaken = working and not jobs.search_count(domain, limit=1)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_working(self):
        if any(o.state in WORKING and not o.is_forsaken for o in self):
            raise UserError(
                self.env._("This opening stock is being worked on. Wait until it ends.")
            )

    # === ACTIONS ===#

    def action_read(self):
        """Read the levels of the connected system, again if need be."""
        self.ensure_one()
        self.check_operator()
        self._refuse_unless("draft", "review")
        opening = self.sudo()
        opening.write({"state": "reading", "problem": False})
        opening._enqueue("_read", self.env._("Read stock of %s", self.backend_id.name))

    def action_apply(self):
        """Set Odoo's stock to what was read, as an inventory adjustment."""
        self.ensure_one()
        self.check_operator()
        self._refuse_unless("review")
        opening = self.sudo()
        opening.state = "applying"
        opening._enqueue(
            "_apply", self.env._("Take over stock of %s", self.backend_id.name)
        )

    def action_lines(self):
        """Open what was read."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_stock_opening_line_action"
        )
        return {**action, "domain": [("opening_id", "=", self.id)]}

    def _refuse_unless(self, *states):
        # what a job was at when it failed may be begun again
        begun = {"draft": "reading", "review": "applying"}[states[0]]
        if self.state == begun and self.is_forsaken:
            return
        if self.state not in states:
            raise UserError(
                self.env._(
                    "The opening stock of %s is being worked on, or was applied. Look"
                    " at it again, or begin a new one.",
                    self.backend_id.name,
                )
            )

    def _enqueue(self, method, description):
        delayed = self.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"hub.opening.{self.id}.{method}", description=description
        )
        getattr(delayed, method)()
        self.invalidate_recordset(["is_forsaken"])
