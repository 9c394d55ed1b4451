# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta, timezone

from odoo import models
from odoo.fields import Command

from .attribute import real_options
from .price_plan import price_plan
from .product_variants import path_of

#: a link younger than what the remote says (and clocks differ) is not missing in it
MARGIN = timedelta(minutes=1)
NOT_SOLD = ("draft", "archived")


class ImporterProduct(models.AbstractModel):
    """What becomes of a product whose variants, status or prices change there."""

    _inherit = "hub.importer.product"

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        links = backend.binder("variant").to_internal_many(
            v.external_id for task in tasks for v in task.document.variants
        )
        statuses = self._known_statuses(backend, tasks)
        for task in tasks:
            parts = (variant.external_id for variant in task.document.variants)
            task.parts = {key: links[key] for key in parts if key in links}
            task.was = statuses.get(task.external_id) or None
        result = super()._apply(flow, tasks)
        done = [task for task in tasks if task.state == "done"]
        self._let_go(flow, done)
        for task in done:
            self._follow_status(flow, task)
        return result

    def _update(self, flow, task, template):
        self._grow(task, template)
        result = super()._update(flow, task, template)
        self._take_labels(flow, task, template)
        if self._takes_price(flow, task):
            self._set_prices(task.document, template)
        return result

    def _create_templates(self, backend, tasks):
        result = super()._create_templates(backend, tasks)
        for task in tasks:
            task.was = "new"
            template = self.env["product.template"].browse(task.res_id)
            self._drop_surplus(task, template, template.product_variant_ids.browse())
            self._set_prices(task.document, template)
        return result

    def _values(self, backend, product, attributes):
        values = super()._values(backend, product, attributes)
        plan = price_plan(product)
        return {
            **values,
            "list_price": float(plan[0]) if plan else values["list_price"],
            "sale_ok": product.status not in NOT_SOLD,
            "shop_vendor": product.vendor or False,
            "shop_type": product.product_type or False,
        }

    # === VARIANTS ===#

    def _grow(self, task, template):
        """Create the variants that the store has added, and no others.

        Odoo makes all combinations of an attribute's values; those that the store does
        not sell are put away again.
        """
        product = task.document
        paired = {v.external_id for v, _record in self._pairs(task, template)}
        missing = [
            variant
            for variant in product.variants
            if variant.external_id not in paired | task.parts.keys()
            and task.may_write(path_of(variant, "option_values"))
        ]
        if not missing or not real_options(product):
            return
        before = template.product_variant_ids
        self._add_options(task, template)
        self._drop_surplus(task, template, before)

    def _add_options(self, task, template):
        """Add attributes and values; what exists keeps its place among them."""
        product = task.document
        lines = {line.attribute_id.name: line for line in template.attribute_line_ids}
        options = real_options(product)
        new = [option for option in options if option.name not in lines]
        attributes = self.env["hub.importer.attribute"].resolve(new)
        first = self._first_values(task, template)
        for option in new:
            value = attributes[option.name, first.get(option.name) or option.values[0]]
            # one value first: all variants take it, and stay what they are
            lines[option.name] = self.env["product.template.attribute.line"].create(
                {
                    "product_tmpl_id": template.id,
                    "attribute_id": attributes[option.name].id,
                    "value_ids": [Command.set(value.ids)],
                }
            )
        for option in options:
            self._add_values(lines[option.name], option)

    def _add_values(self, line, option):
        attribute = line.attribute_id
        known = {value.name: value for value in attribute.value_ids}
        missing = [name for name in option.values if name not in known]
        created = attribute.value_ids.create(
            [{"attribute_id": attribute.id, "name": name} for name in missing]
        )
        known.update(zip(missing, created, strict=True))
        wanted = {known[name].id for name in option.values} - set(line.value_ids.ids)
        if wanted:
            line.value_ids = [Command.link(value) for value in sorted(wanted)]

    def _first_values(self, task, template):
        """Return the option values of the variant that Odoo has already."""
        names = [option.name for option in task.document.options]
        for variant in task.document.variants:
            record = task.parts.get(variant.external_id)
            if record and record.product_tmpl_id == template:
                return dict(zip(names, variant.option_values, strict=False))
        return {}

    def _drop_surplus(self, task, template, before):
        """Put away combinations that came into being and are not sold there."""
        wanted = {record.id for _variant, record in self._pairs(task, template)}
        if wanted:
            fresh = template.product_variant_ids - before
            fresh.filtered(lambda record: record.id not in wanted)._unlink_or_archive()

    def _let_go(self, flow, tasks):
        """Note variants that the store has no more, and bring back others.

        Only of products that are one product there: else another one may have them.
        """
        backend = flow.backend_id.with_env(self.env)
        tasks = self._single(backend, tasks)
        templates = self.env["product.template"].browse(tasks)
        variants = templates.with_context(active_test=False).product_variant_ids
        bindings = (
            backend.binder("variant")
            .model.sudo()
            .search([("backend_id", "=", backend.id), ("odoo_id", "in", variants.ids)])
        )
        families = bindings.grouped(lambda link: link.odoo_id.product_tmpl_id.id)
        for template_id, links in families.items():
            document = tasks[template_id].document
            listed = {variant.external_id for variant in document.variants}
            here = links.filtered(lambda link, ids=listed: link.external_id in ids)
            self._take_back(here.filtered("deleted_at"))
            limit = document.version.astimezone(timezone.utc) - MARGIN
            gone = (links - here).filtered(
                lambda link, limit=limit: (
                    not link.deleted_at
                    and link.create_date.replace(tzinfo=timezone.utc) < limit
                )
            )
            self._put_away(flow, gone, links - gone)

    def _single(self, backend, tasks):
        """Return {template id: task} of templates with one remote product."""
        by_template = {}
        for task in tasks:
            by_template.setdefault(task.res_id, []).append(task)
        templates = self.env["product.template"].browse(by_template)
        linked = backend.binder("product").to_external_many(templates)
        return {
            key: found[0]
            for key, found in by_template.items()
            if len(found) == 1 and set(linked.get(key, ())) == {found[0].external_id}
        }

    def _take_back(self, links):
        if links:
            links.deleted_at = False
            records = links.odoo_id.with_env(self.env)
            records.filtered(lambda record: not record.active).active = True

    def _put_away(self, flow, gone, others):
        policy = flow.deletion_policy
        if not gone or policy == "ask":
            return
        records = gone.odoo_id.with_env(self.env)
        alive = others.filtered(lambda link: not link.deleted_at).odoo_id
        gone.deleted_at = self.env.cr.now()
        template = records.product_tmpl_id
        rest = template.product_variant_ids - records
        if policy == "archive" and rest:
            sold = self.in_use_elsewhere(flow.backend_id, records)
            unsold = records.filtered(lambda record: record.id not in sold)
            (unsold - alive.with_env(self.env)).active = False
        twin = flow._twin()
        if policy == "restore" and twin:
            self.env["hub.dirty"].mark_for(twin, template)

    # === LABELS AND STATUS ===#

    def _take_labels(self, flow, task, template):
        product, values = task.document, {}
        for name, field in (("vendor", "shop_vendor"), ("product_type", "shop_type")):
            wanted = getattr(product, name) or False
            if task.may_write(name) and template[field] != wanted:
                values[field] = wanted
        if flow._ownership().has_rule("tags") and task.may_write("tags"):
            values["product_tag_ids"] = [Command.set(self._tags(product.tags).ids)]
        if values:
            template.write(values)

    def _tags(self, names):
        tags = self.env["product.tag"]
        found = tags.search([("name", "in", list(names))])
        known = set(found.mapped("name"))
        return found | tags.create([{"name": n} for n in names if n not in known])

    def _known_statuses(self, backend, tasks):
        """Return {external id: status} as the remote last said it, where it is kept."""
        bindings = backend.binder("product").model.sudo()
        if "status" not in bindings._fields:
            return {}
        ids = [task.external_id for task in tasks]
        domain = [("backend_id", "=", backend.id), ("external_id", "in", ids)]
        return {b.external_id: b.status for b in bindings.search(domain)}

    def _follow_status(self, flow, task):
        """Do what a new status means; what people decided in Odoo stays otherwise."""
        status = task.document.status
        template = self.env["product.template"].browse(task.res_id)
        if not task.was or status == task.was or not task.may_write("status"):
            return
        if status in NOT_SOLD and self.in_use_elsewhere(flow.backend_id, template):
            # another store sells it: what this one stops is its own affair
            return
        if template.sale_ok != (status not in NOT_SOLD):
            template.sale_ok = status not in NOT_SOLD
        if flow.deletion_policy != "archive":
            return
        if status == "archived" and template.active:
            template.active = False
        elif task.was == "archived" and not template.active:
            template.active = True

    # === PRICES ===#

    def _set_prices(self, product, template):
        """Set the price, and what each value of an option costs more."""
        plan = price_plan(product)
        if not plan:
            return
        base, extras = plan
        if template.list_price != float(base):
            template.list_price = float(base)
        lines = template.attribute_line_ids.product_template_value_ids
        for value in lines:
            key = (value.attribute_id.name, value.name)
            extra = float(extras.get(key, 0))
            if extras and value.price_extra != extra:
                value.price_extra = extra
