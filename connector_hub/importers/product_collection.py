# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Command

#: model a collection stands for: field of products that holds such records
FIELDS = {
    "product.tag": "product_tag_ids",
    "product.category": "categ_id",
    "product.public.category": "public_categ_ids",
}


class ImporterProductCollection(models.AbstractModel):
    """Collections of the remote as tags or categories of Odoo, where mapped.

    Only what stands for a collection is put on products and taken off again.
    """

    _name = "hub.importer.product.collection"
    _inherit = "hub.importer.part"
    _description = "Importer of Collections"

    def _concerns(self, flow, task):
        said = "collections" in task.document.model_fields_set
        return said and task.may_write("collections") and flow._takes_collections()

    def _apply(self, flow, tasks):
        found = self.env["hub.mapping"].sudo().lookup(flow.backend_id, "collection")
        # a reference may outlive what it stood for
        targets = {
            k: record for k, record in found.items() if record and record.exists()
        }
        ours = {}
        for record in targets.values():
            ours.setdefault(record._name, set()).add(record.id)
        for task in tasks:
            template = self.env["product.template"].browse(task.res_id)
            wanted = {}
            for key in task.document.collections:
                if key in targets:
                    wanted.setdefault(targets[key]._name, []).append(targets[key].id)
            values = {}
            for model, ids in ours.items():
                values.update(self._values(template, model, ids, wanted.get(model, ())))
            if values:
                template.write(values)

    @api.private
    def holders(self, target):
        """Return the products that stand in what a collection stands for."""
        field = FIELDS[target._name]
        templates = self.env["product.template"].with_context(active_test=False)
        return templates.search([(field, "=", target.id)])

    def _values(self, template, model, ours, wanted):
        """Return what has to be written, so that of ``ours`` it has ``wanted``."""
        field = FIELDS[model]
        present = set(template[field].ids)
        if model == "product.category":
            # a product has one: it stays as long as it is one of them
            if not wanted or present & set(wanted):
                return {}
            return {field: wanted[0]}
        commands = [Command.link(key) for key in wanted if key not in present]
        commands += [
            Command.unlink(key) for key in sorted(present & ours - set(wanted))
        ]
        return {field: commands} if commands else {}
