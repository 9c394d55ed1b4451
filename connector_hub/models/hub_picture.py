# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..documents import OWN_PICTURE

#: model: (field of the link, field that holds the picture)
PLACES = {
    "product.template": ("product_tmpl_id", "image_1920"),
    "product.product": ("product_id", "image_variant_1920"),
}


class HubPicture(models.Model):
    """Which picture of a connected system an Odoo record has.

    As long as Odoo's picture is the one that came from an address, or went there,
    Odoo says that address; so neither side is told what it said itself, and nothing is
    fetched twice.
    """

    _name = "hub.picture"
    _description = "Picture of a Connected System"
    _rec_name = "url"
    _order = "id desc"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    product_tmpl_id = fields.Many2one(
        "product.template", "Product", ondelete="cascade", readonly=True, index=True
    )
    product_id = fields.Many2one(
        "product.product", "Variant", ondelete="cascade", readonly=True, index=True
    )
    url = fields.Char(
        "Address", readonly=True, help="Empty until the other side has said it."
    )
    remote_id = fields.Char(
        readonly=True, help="Its id there, where Odoo has put it there."
    )
    digest = fields.Char(readonly=True, help="Of what came from the address.")
    checksum = fields.Char(readonly=True, help="Of what Odoo made of it.")

    _template_uniq = models.Constraint(
        "UNIQUE(backend_id, product_tmpl_id)", "A product has one picture there."
    )
    _variant_uniq = models.Constraint(
        "UNIQUE(backend_id, product_id)", "A variant has one picture there."
    )

    @api.private
    def place(self, model):
        """Return the name of the field that holds the picture of a record."""
        return PLACES[model][1]

    @api.private
    def links(self, backend, model, ids):
        """Return {Odoo id: link} of records that have one."""
        name = PLACES[model][0]
        domain = [("backend_id", "=", backend.id), (name, "in", list(ids))]
        return {link[name].id: link for link in self.sudo().search(domain)}

    @api.private
    def checksums(self, model, ids):
        """Return {Odoo id: checksum} of records with a picture of their own."""
        self.env["ir.attachment"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT res_id, checksum FROM ir_attachment WHERE res_model = %s"
                    " AND res_field = %s AND res_id = ANY(%s)",
                    model,
                    PLACES[model][1],
                    list(ids),
                )
            )
        )

    @api.private
    def names(self, backend, model, ids):
        """Return {Odoo id: (what its picture is known by, its id there if ours)}."""
        links = self.links(backend, model, ids)
        checksums = self.checksums(model, ids)
        found = {}
        for key in ids:
            link, checksum = links.get(key), checksums.get(key, "")
            name = f"{OWN_PICTURE}{checksum}" if checksum else ""
            if link and checksum and link.checksum == checksum and link.url:
                name = link.url
            found[key] = (name, (link and link.remote_id) or "")
        return found

    @api.private
    def note(self, backend, model, rows):
        """Keep {Odoo id: values of its link}; None: it has none any more."""
        links = self.links(backend, model, rows)
        name, new = PLACES[model][0], []
        for key, values in rows.items():
            link = links.get(key)
            if link and values is None:
                link.unlink()
            elif link:
                link.write(values)
            elif values is not None:
                new.append({"backend_id": backend.id, name: key, **values})
        self.sudo().create(new)
