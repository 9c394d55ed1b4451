# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..importers.links import read_table

#: problems that are listed; all are counted
MOST_PROBLEMS = 200
#: links made in one statement
CHUNK = 10000


class HubLinkImport(models.TransientModel):
    """Links from a file, so that what another connector linked need not be found anew.

    Checked first, line by line, without a change; then made in a few statements. The
    same file may be imported again: what is linked already stays as it is.
    """

    _name = "hub.link.import"
    _description = "Import of Links"

    backend_id = fields.Many2one(
        "hub.backend",
        required=True,
        ondelete="cascade",
        default=lambda self: self._only_backend(),
    )
    entity = fields.Selection(
        [
            ("customer", "Customers"),
            ("product", "Products"),
            ("variant", "Product Variants"),
            ("order", "Orders"),
        ],
        "Records",
        required=True,
        default="customer",
    )
    file = fields.Binary("CSV File", attachment=False)
    filename = fields.Char()
    several = fields.Boolean(
        "Several Remote Records per Odoo Record",
        help="Allow that more than one remote record is linked with an Odoo record.",
    )
    skip_problems = fields.Boolean("Leave Out the Lines with Problems")
    state = fields.Selection(
        [("draft", "Choose a File"), ("checked", "Checked"), ("done", "Done")],
        default="draft",
        readonly=True,
    )
    line_count = fields.Integer("Lines", readonly=True)
    new_count = fields.Integer("New Links", readonly=True)
    known_count = fields.Integer("Linked Already", readonly=True)
    problem_count = fields.Integer("Lines with Problems", readonly=True)
    problem_ids = fields.One2many("hub.link.import.problem", "import_id", readonly=True)

    @api.onchange("file", "entity", "backend_id", "several")
    def _onchange_file(self):
        self.state = "draft"

    def _only_backend(self):
        backends = self.env["hub.backend"].search([], limit=2)
        return backends if len(backends) == 1 else False

    # === ACTIONS ===#

    def action_check(self):
        """Look at every line; change nothing."""
        self._check()
        return self._reopen()

    def action_apply(self):
        """Make the links."""
        pairs = self._check()
        if self.problem_count and not self.skip_problems:
            raise UserError(
                self.env._(
                    "%s lines have problems. Correct the file, or tick to leave these"
                    " lines out.",
                    self.problem_count,
                )
            )
        bindings = self._bindings()
        for start in range(0, len(pairs), CHUNK):
            bindings.link_many(self.backend_id, pairs[start : start + CHUNK])
        self.state = "done"
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("Import Links"),
        }

    # === CHECK ===#

    def _bindings(self):
        """Return the model of the links, for which people need no rights of their own.

        :raises UserError: the system has no such records
        """
        model = self.backend_id._binding_models().get(self.entity)
        if not model:
            raise UserError(self.env._("%s has no such records.", self.backend_id.name))
        return self.env[model].sudo()

    def _check(self):
        """Check the file and note the result.

        :return: [(external id, Odoo id)] of the links to be made
        """
        self.ensure_one()
        self.backend_id.check_operator()
        rows = self._rows()
        checker = self.env["hub.link.checker"]
        pairs, known, problems = checker.check(
            self.backend_id, self._bindings(), rows, self.several
        )
        self.problem_ids.unlink()
        self.write(
            {
                "state": "checked",
                "line_count": len(rows),
                "new_count": len(pairs),
                "known_count": known,
                "problem_count": len(problems),
                "problem_ids": [
                    (0, 0, {"line": number, "external_id": name, "problem": text})
                    for number, name, text in problems[:MOST_PROBLEMS]
                ],
            }
        )
        return pairs

    def _rows(self):
        """Return [(line number, external id, column of Odoo, value)]."""
        if not self.file:
            raise UserError(self.env._("Choose a CSV file first."))
        body = self.with_context(bin_size=False).file
        try:
            return read_table(body, self.entity)
        except ValueError as error:
            raise UserError(self._explained(str(error))) from error

    def _explained(self, code):
        return {
            "encoding": self.env._("The file is no text in UTF-8. Save it as such."),
            "empty": self.env._("The file has no lines below its header."),
            "remote": self.env._(
                "The first line must name the columns; one of them is external_id."
            ),
            "odoo": self.env._(
                "No column tells the Odoo record. Name it odoo_id, xml_id, or after a"
                " key: email, ref or vat of customers, sku or barcode of products, name"
                " or client_order_ref of orders."
            ),
        }[code]


class HubLinkImportProblem(models.TransientModel):
    """What is wrong with a line."""

    _name = "hub.link.import.problem"
    _description = "Problem of an Import of Links"
    _order = "line"

    import_id = fields.Many2one("hub.link.import", required=True, ondelete="cascade")
    line = fields.Integer(readonly=True)
    external_id = fields.Char("Remote ID", readonly=True)
    problem = fields.Char(readonly=True)
