# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Command

#: what is taken over whatever the state of the order
TEXTS = ("hub_note", "hub_attributes", "hub_tags")


class ImporterOrderSaid(models.AbstractModel):
    """Notes, tags and further details of orders.

    Tags become tags of the sale order. What people add in Odoo stays: only what the
    store itself had put there is taken away with it. Tags that are mapped are Odoo's
    own: it is told them, and does not tell them back.
    """

    _name = "hub.importer.order.said"
    _description = "Notes and Tags of Orders"

    @api.private
    def values(self, backend, tasks):
        """Return {external id: values} of the orders of tasks."""
        orders = [task.document for task in tasks]
        ours = self._ours(backend) if any(order.tags for order in orders) else set()
        theirs = {
            order.external_id: [t for t in order.tags if t.casefold() not in ours]
            for order in orders
        }
        tags = self._tags({tag for names in theirs.values() for tag in names})
        return {
            order.external_id: {
                "hub_note": order.note or False,
                "hub_attributes": "\n".join(
                    f"{key}: {value}" for key, value in order.attributes
                )
                or False,
                "hub_tags": ", ".join(sorted(theirs[order.external_id])) or False,
                "tag_ids": [
                    Command.link(tags[tag.casefold()])
                    for tag in theirs[order.external_id]
                ],
            }
            for order in orders
        }

    @api.private
    def update(self, backend, order, said):
        """Take over what the store says now of an order that is there."""
        changes = {
            key: said[key] for key in TEXTS if (order[key] or False) != said[key]
        }
        if "hub_tags" in changes:
            before = self._split(order.hub_tags)
            now = self._split(said["hub_tags"])
            lost = before - now
            if lost:
                # a tag may have been mapped since it came from there
                lost -= self._ours(backend)
            gone = order.tag_ids.filtered(lambda tag: tag.name.casefold() in lost)
            changes["tag_ids"] = [Command.unlink(tag.id) for tag in gone]
            changes["tag_ids"] += said["tag_ids"]
        if changes:
            order.write(changes)

    def _ours(self, backend):
        """Return the lower-case tags of the store that are Odoo's own."""
        mapped = self.env["hub.mapping"].sudo().tags_of_orders(backend)
        return {tag.casefold() for tag, _target in mapped}

    def _split(self, tags):
        return {tag.casefold() for tag in (tags or "").split(", ") if tag}

    def _tags(self, names):
        """Return {lower-case name: id} of order tags; creates missing ones."""
        if not names:
            return {}
        tags = self.env["crm.tag"].sudo()
        found = {tag.name.casefold(): tag.id for tag in tags.search([])}
        missing = {name.casefold(): name for name in sorted(names)}
        new = [name for key, name in missing.items() if key not in found]
        for tag in tags.create([{"name": name} for name in new]):
            found[tag.name.casefold()] = tag.id
        return found
