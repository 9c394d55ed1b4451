# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.fields import Date, Datetime
from odoo.tools import html2plaintext

LONGEST = 500
SHOWN_NAMES = 5
#: of no interest, or different each time
LEFT_OUT = frozenset(
    "id display_name parent_path access_token create_uid create_date write_uid"
    " write_date message_main_attachment_id hub_content sync_date version"
    " content_hash complete_name commercial_partner_id email_normalized"
    " phone_sanitized signup_type tz_offset".split()
)
UNREADABLE_TYPES = ("one2many", "properties", "properties_definition", "json")


class HubTrialValues(models.AbstractModel):
    """Values of records as people read them, to be compared and shown."""

    _name = "hub.trial.values"
    _description = "Values in a Dry Run"

    @api.private
    def given(self, model, names):
        """Return the fields worth showing of a new record: what was said of it.

        And its amounts, which nobody says and everybody looks at.
        """
        return tuple(
            name
            for name in self.stored(model)
            if name in names or model._fields[name].type == "monetary"
        )

    @api.private
    def stored(self, model):
        """Return the names of all fields of a model that may have changed."""
        return tuple(
            name
            for name, field in model._fields.items()
            if field.store
            and (field.column_type or field.type in ("many2many", "binary"))
            and field.type not in UNREADABLE_TYPES
            and name not in LEFT_OUT
        )

    @api.private
    def texts(self, env, wanted):
        """Return {(model, id): (display name, {field: text})} of those that exist.

        :param wanted: {(model, id): names of fields}
        """
        by_model = defaultdict(list)
        for model, record_id in wanted:
            by_model[model].append(record_id)
        found = {}
        for model, ids in by_model.items():
            for record in env[model].sudo().browse(ids).exists():
                key = (model, record.id)
                values = {name: self.text(record, name) for name in wanted[key]}
                if "odoo_id" in values:
                    values["odoo_id:id"] = record.odoo_id.id
                found[key] = (record.display_name or "", values)
        return {key: found[key] for key in wanted if key in found}

    @api.private
    def text(self, record, name):
        """Return the value of a field as people read it; "" for nothing."""
        field, value = record._fields[name], record[name]
        if field.type == "boolean":
            return record.env._("Yes") if value else record.env._("No")
        if field.type in ("integer", "float", "monetary"):
            return self._number(record, field, value)
        if not value:
            return ""
        if field.relational:
            return self._names(value)
        if field.type == "selection":
            options = dict(field._description_selection(record.env))
            return str(options.get(value, value))
        if field.type == "binary":
            return record.env._("%s characters", len(value))
        return _shortened(_plain(field, value))

    def _number(self, record, field, value):
        if field.type == "integer":
            return str(value)
        if field.type == "monetary":
            currency = record[field.get_currency_field(record)]
            return f"{value:.{currency.decimal_places or 2}f} {currency.name or ''}"
        digits = field.get_digits(record.env)
        if digits:
            return f"{value:.{digits[1]}f}"
        return f"{value:.6f}".rstrip("0").rstrip(".")

    def _names(self, records):
        names = [record.display_name or "" for record in records[:SHOWN_NAMES]]
        if len(records) > SHOWN_NAMES:
            names.append(f"… ({len(records)})")
        return _shortened(", ".join(names))


def _plain(field, value):
    if field.type == "html":
        return html2plaintext(value)
    if field.type == "date":
        return Date.to_string(value)
    if field.type == "datetime":
        return Datetime.to_string(value)
    return str(value)


def _shortened(text):
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
