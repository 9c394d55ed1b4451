# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Companies of the shop with their branches and people.

Made of the generated ``PurchasingCompany`` objects, without any further random number:
a seed gives the same shop as before.
"""

from __future__ import annotations

from typing import Any

from . import samples
from .identity import Ids, iso

Object = dict[str, Any]

TERMS = (("Net 30", "NET", 30), ("Due on receipt", "RECEIPT", None))


def complete_companies(world: Any, ids: Ids, moment: Any) -> list[Object]:
    """Complete the companies of `world` in place; return them."""
    return [
        _complete(place, entry, world, ids, iso(moment))
        for place, entry in enumerate(world.companies)
    ]


def _complete(place: int, entry: Object, world: Any, ids: Ids, moment: str) -> Object:
    company, location, contact = entry["company"], entry["location"], entry["contact"]
    times = {"createdAt": moment, "updatedAt": moment}
    terms = _terms(place)
    company.update(
        times,
        legacyResourceId=company["id"].rsplit("/", 1)[-1],
        note=None,
        defaultRole=default_role(ids),
        locations=[location],
        contacts=[contact],
    )
    location.update(
        times,
        phone=None,
        shippingAddress=company_address(ids, place, company["name"], moment),
        billingAddress=company_address(ids, place + 1, company["name"], moment),
        buyerExperienceConfiguration={"paymentTermsTemplate": terms},
        taxSettings={
            "taxRegistrationId": None,
            "taxExempt": place == 1,
            "taxExemptions": [],
        },
    )
    contact.update(times, isMainContact=True, customer=None, roleAssignments=[])
    if world.customers:
        contact["customer"] = world.customers[place % len(world.customers)]
    else:
        company["contacts"] = []
    return company


def _terms(place: int) -> Object:
    name, kind, days = TERMS[place % len(TERMS)]
    return {
        "__typename": "PaymentTermsTemplate",
        "id": f"gid://shopify/PaymentTermsTemplate/{place + 1}",
        "name": name,
        "paymentTermsType": kind,
        "dueInDays": days,
    }


def default_role(ids: Ids) -> Object:
    """Return the ``CompanyContactRole`` that a company proposes for its people."""
    gid, _ = ids.next("CompanyContactRole")
    return {
        "__typename": "CompanyContactRole",
        "id": gid,
        "name": "Ordering only",
        "note": None,
    }


def blank_address(ids: Ids, company: str, moment: str) -> Object:
    """Return a ``CompanyAddress`` that says nothing."""
    gid, _ = ids.next("CompanyAddress")
    unknown = (
        "recipient firstName lastName address1 address2 city zip province zoneCode"
        " country countryCode phone"
    )
    return {
        "__typename": "CompanyAddress",
        "id": gid,
        "createdAt": moment,
        "updatedAt": moment,
        "companyName": company,
        **dict.fromkeys(unknown.split()),
    }


def company_address(ids: Ids, place: int, company: str, moment: str) -> Object:
    """Return a ``CompanyAddress``."""
    there = samples.PLACES[place % len(samples.PLACES)]
    return {
        **blank_address(ids, company, moment),
        "address1": f"{samples.STREETS[place % len(samples.STREETS)]} {place + 1}",
        "city": there.city,
        "zip": there.zip or None,
        "province": there.province,
        "zoneCode": there.province_code,
        "country": there.country,
        "countryCode": there.code,
    }
