# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError


class HubOperable(models.AbstractModel):
    """What operators may act on without being allowed to edit it."""

    _name = "hub.operable"
    _description = "Operable Integration Record"

    @api.private
    def check_operator(self):
        """Raise AccessError unless the user is an operator who may see the records."""
        self.check_access("read")
        if not (
            self.env.su or self.env.user.has_group("connector_hub.group_hub_operator")
        ):
            raise AccessError(
                self.env._(
                    "Only integration operators may do this. Ask your administrator"
                    " for the role Operator of the Integration Hub."
                )
            )
