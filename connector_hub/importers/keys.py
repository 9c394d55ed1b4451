# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Match rules as importers use them: keys of remote records, columns of Odoo's.

A key and a column are brought into the same form, the one by Python and the other by
PostgreSQL, and then compared as they are: nothing is compared approximately.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from odoo.tools import SQL

#: columns that Odoo itself keeps in the form of this method, so that indexes serve
NORMAL_COLUMNS = {("email", "email_normalized")}


@dataclass(frozen=True)
class Target:
    """What remote records of a document are matched with.

    ``entity`` names the binding. ``parent`` is the field by which main records come
    before their children; ``listed`` tells which Odoo records are missing there when
    nothing matches them, ``label`` what they are called in lists.
    """

    entity: str
    model: str
    label: tuple[str, ...]
    domain: tuple[Any, ...] = ()
    parent: str = ""
    listed: tuple[Any, ...] = ()


#: document: what it is matched with
TARGETS = {
    "customer": Target(
        "customer",
        "res.partner",
        ("complete_name", "email"),
        domain=(("type", "=", "contact"),),
        parent="parent_id",
        listed=(("customer_rank", ">", 0), ("parent_id", "=", False)),
    ),
    "product": Target(
        "variant",
        "product.product",
        ("default_code", "name"),
        listed=(("sale_ok", "=", True),),
    ),
    "order": Target(
        "order",
        "sale.order",
        ("name", "client_order_ref"),
        listed=(("state", "!=", "cancel"),),
    ),
}


@dataclass(frozen=True)
class Rule:
    """One active match rule; see ``hub.match.rule`` for the meaning."""

    id: int
    path: str
    field: str
    method: str
    ambiguous: str
    archived: str

    def key_of(self, reference: Any) -> str:
        """Return the key of a remote record, or "" when it has none.

        :param reference: a document, or its part or an order line that stands for it
        """
        return normal(self.method, value_at(reference, self.path))

    def column(self, column: SQL) -> SQL:
        """Return the expression that equals the key of matching records."""
        if (self.method, self.field) in NORMAL_COLUMNS:
            return column
        return normal_sql(self.method, column)


def value_at(reference: Any, path: str) -> str:
    """Return the value at a canonical path as text; "" when there is none."""
    value = reference
    for name in path.split("."):
        if name == "variants":
            continue
        if isinstance(value, dict):
            value = value.get(name)
        elif name == "external_id":
            value = getattr(value, "variant_id", None) or value.external_id
        else:
            value = getattr(value, name, None)
    return value if isinstance(value, str) else ""


def normal(method: str, value: str) -> str:
    """Return ``value`` in the form in which it is compared."""
    value = value.replace("\0", "")
    if method == "text":
        return " ".join(value.split()).lower()
    if method == "email":
        return value.strip().lower()
    if method == "digits":
        return re.sub(r"[^0-9]", "", value)
    if method == "vat":
        return re.sub(r"[^0-9A-Za-z]", "", value).upper()
    if method == "code":
        return value.strip().lower().lstrip("0")
    return value


def normal_sql(method: str, column: SQL) -> SQL:
    """Return the expression that does to a column what :func:`normal` does."""
    if method == "text":
        return SQL(r"lower(btrim(regexp_replace(%s, '\s+', ' ', 'g')))", column)
    if method == "email":
        return SQL("lower(btrim(%s))", column)
    if method == "digits":
        return SQL("regexp_replace(%s, '[^0-9]', '', 'g')", column)
    if method == "vat":
        return SQL("upper(regexp_replace(%s, '[^0-9A-Za-z]', '', 'g'))", column)
    if method == "code":
        return SQL("ltrim(lower(btrim(%s)), '0')", column)
    return column


def parts_of(document: str, content: Any) -> tuple[Any, ...]:
    """Return the parts of a document that are matched: of a product its variants."""
    return content.variants if document == "product" else (content,)


def label_of(document: str, content: Any, part: Any) -> str:
    """Return what people call a remote record in a list."""
    if document == "product":
        options = ", ".join(part.option_values)
        names = (part.sku, content.title, part.title or options)
    elif document == "customer":
        names = (content.label, content.email if content.email != content.label else "")
    else:
        names = (content.name,)
    return " · ".join(filter(None, names)) or part.external_id
