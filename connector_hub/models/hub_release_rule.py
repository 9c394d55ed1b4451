# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

#: kinds that are checked unless somebody switches them off
ACTIVE = ("hold", "risk", "customer", "credit", "stock")


class HubReleaseRule(models.Model):
    """What must be right before an imported order is confirmed, and who decides if not.

    The checks themselves are in ``hub.importer.order.release.check``.
    """

    _name = "hub.release.rule"
    _description = "Order Release Rule"
    _order = "backend_id, sequence, id"
    _rec_name = "kind"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("hold", "Held by the Store"),
            ("risk", "Risk Assessment of the Store"),
            ("customer", "Customer Blocked"),
            ("credit", "Credit Limit"),
            ("price", "Prices"),
            ("tax", "Taxes"),
            ("stock", "Stock"),
        ],
        "What Is Checked",
        required=True,
    )
    owner_id = fields.Many2one(
        "res.users",
        "Who Decides",
        help="Gets the exception, and an activity on each order that is held for this"
        " reason. Empty: the flow's business owner.",
    )
    percent = fields.Float(
        "Deviation (%)",
        default=10.0,
        help="Prices: how far a unit price before discounts may be from the price"
        " list of the order, without taxes.",
    )
    risk_from = fields.Selection(
        [("investigate", "Investigate or Cancel"), ("cancel", "Cancel")],
        "Hold When Advised To",
        default="investigate",
    )
    shortage = fields.Selection(
        [
            ("hold", "Hold the Order"),
            ("split", "Deliver What Is There, the Rest Later"),
            ("together", "Deliver Together When All Is There"),
            ("warehouse", "From Another Warehouse, Otherwise Hold"),
            ("warehouse_split", "From Another Warehouse, Otherwise the Rest Later"),
        ],
        "When Stock Is Missing",
        default="split",
    )

    _kind_uniq = models.Constraint(
        "UNIQUE(backend_id, kind)", "This backend has a rule of this kind already."
    )

    @api.model
    def _default_values(self):
        """Return the values of the rules every backend begins with."""
        kinds = [kind for kind, _name in self._fields["kind"].selection]
        return [
            {"kind": kind, "sequence": place * 10, "active": kind in ACTIVE}
            for place, kind in enumerate(kinds, start=1)
        ]
