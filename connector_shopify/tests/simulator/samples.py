# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Word lists of the generator. All people and companies are invented."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    country: str
    code: str
    city: str
    zip: str
    province: str | None
    province_code: str | None
    prefix: str


PLACES = (
    Place("Germany", "DE", "Berlin", "10115", "Berlin", "BE", "+4930"),
    Place("Germany", "DE", "Köln", "50667", None, None, "+49221"),
    Place("France", "FR", "Saint-Étienne", "42000", None, None, "+33477"),
    Place("Austria", "AT", "Wien", "1010", None, None, "+431"),
    Place("United Kingdom", "GB", "London", "SW1A 1AA", "England", "ENG", "+4420"),
    Place("United States", "US", "Portland", "97201", "Oregon", "OR", "+1503"),
    Place("Canada", "CA", "Montréal", "H2X 1Y4", "Quebec", "QC", "+1514"),
    Place("China", "CN", "上海市", "200000", "Shanghai", "SH", "+8621"),
    Place("Japan", "JP", "東京都", "100-0001", "Tōkyō", "JP-13", "+813"),
    Place("Ireland", "IE", "Dublin", "", "Dublin", "D", "+3531"),
)

#: (first name, last name, ASCII form for the e-mail address)
PEOPLE = (
    ("Anna", "Schmidt", "anna.schmidt"),
    ("Jürgen", "Müller-Lüdenscheidt", "juergen.mueller"),
    ("Zoë", "O'Brien", "zoe.obrien"),
    ("François", "Lefèvre", "francois.lefevre"),
    ("小明", "王", "xiaoming.wang"),
    ("محمد", "الأحمد", "mohammed.alahmad"),
    ("さくら", "田中", "sakura.tanaka"),
    ("Óscar", "Núñez", "oscar.nunez"),
    ("Lena 🦊", "Fuchs", "lena.fuchs"),
    ("Sean", "d'Arcy", "sean.darcy"),
    ("Ingrid", "Ångström", "ingrid.angstrom"),
    ("Χρήστος", "Παππάς", "christos.pappas"),
    ("Дмитрий", "Соколов", "dmitri.sokolov"),
    ("Bo", "Li", "bo.li"),
    ("Marie-Claire", "de la Tour", "marie.delatour"),
    ("José", "García & Söhne", "jose.garcia"),
)

STREETS = (
    "Hauptstraße",
    "Rue de l'Église",
    "High Street",
    "南京路",
    "Calle del Ángel",
    "Langer Weg",
)
COMPANIES = ("Nordlicht GmbH", "Atelier Côté Sud", "Brown & Sons Ltd", "株式会社さくら")

PRODUCTS = (
    ("Linen Shirt", "Apparel", "Size", ("S", "M", "L", "XL")),
    ("Enamel Mug", "Kitchen", "Colour", ("White", "Blue")),
    ("Notebook A5", "Stationery", None, ()),
    ("Wollmütze „Föhr“", "Apparel", "Colour", ("Grau", "Blau", "Weiß")),
    ("Roasted Coffee 500 g", "Food", "Grind", ("Beans", "Filter", "Espresso")),
    ("Desk Lamp", "Home", None, ()),
    ("Bamboo Brush", "Home", None, ()),
    ("Rain Jacket", "Apparel", "Size", ("S", "M", "L")),
    ("绿茶 Green Tea", "Food", None, ()),
    ("Poster 50×70", "Decoration", "Frame", ("None", "Oak", "Black")),
    ("Kids' T-shirt", "Apparel", "Size", ("104", "116", "128")),
    ("E-Book: Brot backen", "Digital", None, ()),
)
VENDORS = ("Küstenwerk", "Acme", "Maison Verte", "NorthSea Goods")
GATEWAYS = ("shopify_payments", "paypal", "klarna", "manual")
NOTES = (None, None, None, "Please ring twice", "Geschenk 🎁 bitte verpacken", "")
TAGS = ("vip", "newsletter", "wholesale", "b2b", "gift")
CODES = ("SUMMER15", "WELCOME10", "STAMMKUNDE", "BLACK FRIDAY")
