# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ImporterAttribute(models.AbstractModel):
    """Options of products to attributes and their values, shared by all products."""

    _name = "hub.importer.attribute"
    _description = "Importer of Product Attributes"

    @api.private
    def resolve(self, wanted):
        """Return {option name: attribute, (name, value): attribute value}.

        :param wanted: list of Option; what is missing is created
        """
        options = {}
        for option in wanted:
            options.setdefault(option.name, {}).update(dict.fromkeys(option.values))
        attributes = self.env["product.attribute"].search(
            [("name", "in", list(options)), ("create_variant", "=", "always")],
            order="id desc",
        )
        found = {attribute.name: attribute for attribute in attributes}
        missing = [name for name in options if name not in found]
        created = self.env["product.attribute"].create(
            [{"name": name, "create_variant": "always"} for name in missing]
        )
        found.update(zip(missing, created, strict=True))
        return {**found, **self._attribute_values(options, found)}

    def _attribute_values(self, options, attributes):
        existing = {
            (value.attribute_id.id, value.name): value
            for attribute in attributes.values()
            for value in attribute.value_ids
        }
        missing = [
            (name, value)
            for name, values in options.items()
            for value in values
            if (attributes[name].id, value) not in existing
        ]
        created = self.env["product.attribute.value"].create(
            [{"attribute_id": attributes[n].id, "name": v} for n, v in missing]
        )
        found = dict(zip(missing, created, strict=True))
        for name, values in options.items():
            for value in values:
                found.setdefault(
                    (name, value), existing.get((attributes[name].id, value))
                )
        return found


def real_options(product):
    """Return the options that tell variants apart; stores have a dummy one."""
    return [
        option
        for option in product.options
        if option.values
        and not (len(product.variants) == 1 and len(option.values) == 1)
    ]
