# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from .hub_message import ALWAYS_SENSITIVE

SECRET_GROUP = "base.group_system"


class HubAudited(models.AbstractModel):
    """Configuration of which every change is in the audit log."""

    _name = "hub.audited"
    _description = "Audited Integration Configuration"
    #: fields that work in progress changes all the time
    _unaudited = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records:
            text = record.env._(
                "%(kind)s %(name)s created", kind=_kind(record), name=_name(record)
            )
            record.env["hub.audit"].note("config", text, record)
        return records

    def write(self, vals):
        names = [name for name in vals if self._is_audited(name)]
        before = [record._values_to_note(names) for record in self] if names else []
        result = super().write(vals)
        if names:
            self.flush_recordset(names)
            for record, old in zip(self, before, strict=True):
                record._note_changes(old, record._values_to_note(names))
        return result

    def unlink(self):
        for record in self:
            text = record.env._(
                "%(kind)s %(name)s deleted", kind=_kind(record), name=_name(record)
            )
            record.env["hub.audit"].note("config", text, record)
        return super().unlink()

    def _is_audited(self, name):
        field = self._fields.get(name)
        return (
            field is not None
            and name not in self._unaudited
            and field.store
            and field.type not in ("one2many", "binary")
        )

    def _is_secret(self, name):
        secret = getattr(self, "_secret_fields", list)()
        field = self._fields[name]
        return (
            name in secret
            or field.groups == SECRET_GROUP
            or bool(ALWAYS_SENSITIVE.search(name))
        )

    def _values_to_note(self, names):
        """Return {field: (comparable, readable)}; of a secret nothing can be read."""
        values = {}
        for name in names:
            value, field = self.sudo()[name], self._fields[name]
            text = field.convert_to_export(value, self) if value else ""
            if field.relational:
                text = ", ".join(value.mapped("display_name"))
            if self._is_secret(name):
                text = "•••" if value else ""
            key = tuple(value.ids) if field.relational else value
            values[name] = (key, str(text))
        return values

    def _note_changes(self, old, new):
        changed = [name for name in new if old[name][0] != new[name][0]]
        if not changed:
            return
        secret = any(self._is_secret(name) for name in changed)
        told = "; ".join(
            self._told(name, old[name][1], new[name][1]) for name in changed
        )
        self.env["hub.audit"].note(
            "credential" if secret else "config",
            f"{_kind(self)} {_name(self)}: {told}",
            self,
            changes={name: [old[name][1], new[name][1]] for name in changed},
        )

    def _told(self, name, old, new):
        label = self._fields[name]._description_string(self.env)
        if self._is_secret(name):
            return self.env._("%s changed", label)
        return f"{label} {_short(old)} → {_short(new)}"


def _short(text):
    return (text[:40] + "…" if len(text) > 40 else text) or "∅"


def _kind(record):
    return record.env["ir.model"]._get(record._name).name


def _name(record):
    return record.sudo().display_name


class HubBackend(models.Model):
    _name = "hub.backend"
    _inherit = ["hub.backend", "hub.audited"]
    _unaudited = frozenset(
        "verdict verdict_ok verdict_at state_reason sequence color"
        " subscription_verdict subscription_ok subscription_at".split()
    )


class HubFlow(models.Model):
    _name = "hub.flow"
    _inherit = ["hub.flow", "hub.audited"]
    _unaudited = frozenset({"cursor", "next_poll_at", "state_reason", "sequence"})


class HubMapping(models.Model):
    _name = "hub.mapping"
    _inherit = ["hub.mapping", "hub.audited"]


class HubFieldRule(models.Model):
    _name = "hub.field.rule"
    _inherit = ["hub.field.rule", "hub.audited"]


class HubFieldMap(models.Model):
    _name = "hub.field.map"
    _inherit = ["hub.field.map", "hub.audited"]


class HubReleaseRule(models.Model):
    _name = "hub.release.rule"
    _inherit = ["hub.release.rule", "hub.audited"]
    _unaudited = frozenset({"sequence"})


class HubMatchRule(models.Model):
    _name = "hub.match.rule"
    _inherit = ["hub.match.rule", "hub.audited"]
