# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Command

from ..exceptions import AmbiguousMatch, HubError, InvalidData
from .attribute import real_options
from .base import bucket
from .product_variants import path_of

MAX_VARIANTS = 1000


class ImporterProduct(models.AbstractModel):
    """Products to templates and variants: by link or match rules, else new ones."""

    _name = "hub.importer.product"
    _inherit = "hub.importer.product.variants"
    _description = "Importer of Products"
    _two_way = True

    @api.private
    def shared_keys(self, backend, tasks):
        """Return a key per SKU and barcode: orders may create the same product."""
        variants = [
            variant
            for task in tasks
            if task.is_open
            for variant in task.document.variants
        ]
        linked = backend.binder("variant").states_many(
            variant.external_id for variant in variants
        )
        return {
            product_key(variant.sku or variant.external_id)
            for variant in variants
            if variant.external_id not in linked
        }

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        good = [task for task in tasks if not self._objected(task)]
        templates = backend.binder("product").to_internal_many(
            task.external_id for task in good
        )
        matches = self.match_many(
            backend, [v for task in good for v in task.document.variants]
        )
        good = [t for t in good if not self._unclear(t, matches, templates)]
        new = []
        for task in good:
            template = templates.get(task.external_id)
            matched = self._templates_of(task.document, matches)
            if len(matched) > 1 and template in (None, *matched):
                # Odoo keeps as several products what the store sells as one
                task.settle("done", template or matched[0])
            elif template or matched:
                self._update(flow, task, template or matched)
            else:
                new.append(task)
        self._create_templates(backend, new)
        self._link_variants(backend, good)
        self._bind_products(backend, good)

    def _bind_products(self, backend, tasks):
        binder, templates = backend.binder("product"), self.env["product.template"]
        rows = [
            (task, templates.browse(task.res_id), binder.values_of(task.document))
            for task in tasks
        ]
        self._bind(backend, "product", rows)

    def _objected(self, task):
        product = task.document
        if not product.variants or len(product.variants) > MAX_VARIANTS:
            task.error = InvalidData(
                self.env._(
                    'Product "%(name)s" has %(count)s variants.',
                    name=product.title,
                    count=len(product.variants),
                ),
                remedy=self.env._(
                    "Products of 1 to %s variants can be imported.", MAX_VARIANTS
                ),
                title=self.env._("Products have no variants, or too many."),
                code="variant_count",
            )
        return bool(task.error)

    # === MATCHING ===#

    @api.private
    def match_many(self, backend, references):
        """Find the Odoo product of variants or order lines.

        By link, then by the match rules; own and shared (company-less) products.

        :param references: objects with external_id or variant_id, sku and barcode
        :return: {reference: product.product, or AmbiguousMatch} of those found
        """
        references = list(references)
        linked = backend.binder("variant").to_internal_many(
            _variant_id(reference) for reference in references
        )
        rest = [r for r in references if _variant_id(r) not in linked]
        matched = self.env["hub.importer.match"].find(backend, "product", rest)
        found = {
            reference: linked[_variant_id(reference)]
            for reference in references
            if _variant_id(reference) in linked
        }
        found.update((r, product) for r, product in zip(rest, matched, strict=True))
        return {reference: product for reference, product in found.items() if product}

    def _templates_of(self, product, matches):
        """Return the templates that hold the matched variants of a product."""
        ids = [matches[v].product_tmpl_id.id for v in product.variants if v in matches]
        return self.env["product.template"].browse(dict.fromkeys(ids))

    def _unclear(self, task, matches, linked):
        """Note the error when it cannot be told which Odoo products are meant.

        A new product beside those that some variants belong to would be their double.
        """
        variants = task.document.variants
        errors = [matches[v] for v in variants if isinstance(matches.get(v), HubError)]
        if errors:
            task.error = errors[0]
        elif task.external_id not in linked and not matches.keys() >= set(variants):
            templates = self._templates_of(task.document, matches)
            if len(templates) > 1:
                task.error = self._scattered(task.document, templates)
        return bool(task.error)

    def _scattered(self, product, templates):
        return AmbiguousMatch(
            self.env._(
                'Some variants of "%(product)s" belong to different Odoo products:'
                " %(names)s. Others are not in Odoo.",
                product=product.title,
                names="; ".join(templates[:5].mapped("display_name")),
            ),
            remedy=self.env._(
                "Open Matching and choose the Odoo product of every variant, or create"
                " the missing ones in Odoo; then retry."
            ),
            title=self.env._("Variants of one product are several products in Odoo."),
            code="product",
            field="variants",
            value=product.external_id,
        )

    # === WRITING ===#

    def _update(self, flow, task, template):
        """Take over title, SKU, barcode and weight, as far as they are the store's.

        The price of Odoo is another matter: it is taken over where a rule says so.
        """
        product = task.document
        if task.may_write("title") and template.name != product.title:
            template.name = product.title
        prices = {variant.price for variant in product.variants}
        if len(prices) == 1 and None not in prices and self._takes_price(flow, task):
            template.list_price = self._list_price(flow.backend_id, product)
        self._fill_variants(task, template)
        task.settle("done", template)

    def _takes_price(self, flow, task):
        paths = [path_of(variant, "price") for variant in task.document.variants]
        return flow._ownership().has_rule("variants.price") and all(
            map(task.may_write, paths)
        )

    def _create_templates(self, backend, tasks):
        attributes = self.env["hub.importer.attribute"].resolve(
            [option for task in tasks for option in real_options(task.document)]
        )
        templates = self.env["product.template"].create(
            [
                self._hub_values_product(
                    task.document, self._values(backend, task.document, attributes)
                )
                for task in tasks
            ]
        )
        for task, template in zip(tasks, templates, strict=True):
            task.settle("done", template)
            self._fill_variants(task, template, is_new=True)

    def _values(self, backend, product, attributes):
        goods = any(variant.requires_shipping for variant in product.variants)
        return {
            "name": product.title,
            "type": "consu" if goods and not product.is_gift_card else "service",
            "is_storable": goods and any(v.tracked for v in product.variants),
            "list_price": self._list_price(backend, product),
            "description_ecommerce": product.description_html or False,
            "sale_ok": True,
            "company_id": False,
            "attribute_line_ids": [
                Command.create(
                    {
                        "attribute_id": attributes[option.name].id,
                        "value_ids": [
                            Command.set(
                                [attributes[option.name, v].id for v in option.values]
                            )
                        ],
                    }
                )
                for option in real_options(product)
            ],
        }

    def _list_price(self, backend, product):
        """Return the price all variants share; orders carry their own prices.

        Nothing where they differ: a wrong price is worse than none.
        """
        prices = {variant.price for variant in product.variants}
        return float(prices.pop() or 0) if len(prices) == 1 else 0.0

    @api.private
    def _hub_values_product(self, product, values):
        """Hook: change the values of a new product."""
        if "description_ecommerce" not in self.env["product.template"]._fields:
            values["description"] = values.pop("description_ecommerce")
        return values

    def _link_variants(self, backend, tasks):
        variants = [variant for task in tasks for variant in task.document.variants]
        matches = self.match_many(backend, variants)
        binder = backend.binder("variant")
        known = binder.states_many(variant.external_id for variant in variants)
        rows = {}
        for task in tasks:
            template = self.env["product.template"].browse(task.res_id)
            records = dict(
                (variant.external_id, record)
                for variant, record in self._pairs(task, template)
            )
            for variant in task.document.variants:
                record = records.get(variant.external_id) or matches.get(variant)
                if isinstance(record, HubError):
                    continue
                if record and variant.external_id not in known:
                    rows[variant.external_id] = {
                        "external_id": variant.external_id,
                        "odoo_id": record.id,
                        "sync_date": self.env.cr.now(),
                    }
        if rows:
            binder.bind_many(list(rows.values()))


def product_key(name):
    """Return the lock key of a product that may have to be created."""
    return f"product:{bucket(name)}"


def _variant_id(reference):
    return getattr(reference, "variant_id", None) or getattr(
        reference, "external_id", ""
    )
