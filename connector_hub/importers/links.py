# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tables of links as people export them from elsewhere."""

from __future__ import annotations

import base64
import binascii
import csv
import io

#: entity: {column of the file: (Odoo field, how it is compared)}
KEYS = {
    "customer": {
        "email": ("email_normalized", "email"),
        "ref": ("ref", "exact"),
        "vat": ("vat", "vat"),
    },
    "product": {
        "sku": ("default_code", "exact"),
        "default_code": ("default_code", "exact"),
        "barcode": ("barcode", "exact"),
    },
    "variant": {
        "sku": ("default_code", "exact"),
        "default_code": ("default_code", "exact"),
        "barcode": ("barcode", "exact"),
    },
    "order": {
        "name": ("name", "exact"),
        "client_order_ref": ("client_order_ref", "exact"),
    },
}
#: columns that name the Odoo record itself
RECORD = ("odoo_id", "xml_id")
REMOTE = "external_id"

#: (line number, external id, column, value)
Row = tuple[int, str, str, str]


def read_table(content: bytes | str, entity: str) -> list[Row]:
    """Read a CSV file.

    :param content: the file in base64
    :raises ValueError: "encoding", "empty", "remote" or "odoo": what is wrong
    """
    try:
        text = base64.b64decode(content).decode("utf-8-sig")
    except (UnicodeDecodeError, binascii.Error) as error:
        raise ValueError("encoding") from error
    if "\0" in text:
        raise ValueError("encoding")
    header, _newline, _rest = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip().lower().replace(" ", "_") for name in next(reader, [])]
    if REMOTE not in names:
        raise ValueError("remote")
    column = next((n for n in (*RECORD, *KEYS[entity]) if n in names), None)
    if column is None:
        raise ValueError("odoo")
    places = names.index(REMOTE), names.index(column)
    rows = [
        (reader.line_num, *_cells(cells, places, column))
        for cells in reader
        if any(cell.strip() for cell in cells)
    ]
    if not rows:
        raise ValueError("empty")
    return rows


def _cells(cells: list[str], places: tuple[int, int], column: str):
    remote, odoo = (cells[p].strip() if p < len(cells) else "" for p in places)
    return remote, column, odoo
