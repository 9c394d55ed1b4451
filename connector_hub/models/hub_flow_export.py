# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..documents import Departure, Gone


class HubFlow(models.Model):
    """What an outbound flow tells the connected system, and of which records."""

    _inherit = "hub.flow"

    export_scope = fields.Selection(
        [("linked", "Linked Records Only"), ("all", "Create Missing Ones There")],
        required=True,
        default="linked",
        help="Whether records without a counterpart in the connected system are"
        " created there.",
    )
    export_domain = fields.Char(
        default="[]", help="Which records may be created there. Empty: all of them."
    )
    export_model = fields.Char(compute="_compute_export_model")
    departure = fields.Selection(
        [
            ("archive", "Archive It There"),
            ("delete", "Delete It There"),
            ("ignore", "Leave It There"),
        ],
        required=True,
        default="archive",
        help="What happens in the connected system when a record is archived or"
        " deleted in Odoo. What cannot be archived there stays as it is.",
    )
    stock_formula = fields.Selection(
        [
            ("free", "On Hand, Not Reserved"),
            ("on_hand", "On Hand"),
            ("forecast", "Forecast"),
        ],
        required=True,
        default="free",
    )
    safety_stock = fields.Float(
        digits="Product Unit",
        help="Kept back of every product in every location, and never offered.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        ondelete="restrict",
        help="Empty: the sales price of the product, in the company's currency.",
    )
    compare_price = fields.Boolean(
        "Show the Sales Price Struck Through",
        help="Where the price list makes a product cheaper than its sales price.",
    )

    @api.depends("document", "direction")
    def _compute_export_model(self):
        for flow in self:
            name = f"hub.exporter.{flow.document}"
            out = flow.direction == "out" and name in self.env
            flow.export_model = out and self.env[name]._record_model

    @api.constrains("export_domain", "document", "direction")
    def _check_export_domain(self):
        for flow in self.filtered("export_model"):
            try:
                domain = flow._export_domain()
                domain.validate(self.env[flow.export_model])
            except (ValueError, SyntaxError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        'The selection of records of "%(flow)s" cannot be read:'
                        " %(reason)s. Choose the records again.",
                        flow=flow.name,
                        reason=error,
                    )
                ) from error

    def write(self, vals):
        if "stock_formula" in vals:
            # what is watched depends on it
            self.env.registry.clear_cache("stable")
        return super().write(vals)

    @api.private
    def _export_domain(self):
        """Return the domain of records that may be created there.

        :raises ValueError, SyntaxError, TypeError: it is not one
        """
        return Domain(ast.literal_eval(self.export_domain or "[]"))

    def _departed(self, task):
        """Return what is said of a deleted record that was linked."""
        mapper = self.backend_id.mapper(self.document)
        deleted = self.departure == "delete" or mapper.only_leaves(task.remote_id)
        return Gone(
            external_id=task.remote_id,
            version=datetime.now(timezone.utc),
            departure=Departure.DELETED if deleted else Departure.ARCHIVED,
        )

    def _by_policy(self, document):
        """Keep to ourselves that a record has gone, where the flow says so."""
        stays = self.departure == "ignore" and isinstance(document, Gone)
        return None if stays else document
