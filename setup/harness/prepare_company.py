# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read by ``odoo shell``: a company in euros that can sell, deliver and invoice."""

from typing import Any


def prepare(env: Any) -> None:
    company = env.ref("base.main_company")
    currencies = env["res.currency"].with_context(active_test=False)
    currencies.search([("name", "in", ["EUR", "USD", "GBP"])]).active = True
    company.write({"name": "Example Trading", "currency_id": env.ref("base.EUR").id})
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    company.currency_id = env.ref("base.EUR")

    group = env["account.tax.group"].search([("company_id", "=", company.id)], limit=1)
    for percent in (20, 7):
        for name, inclusion in (("", "tax_excluded"), (" incl.", "tax_included")):
            env["account.tax"].create(
                {
                    "name": f"{percent}%{name}",
                    "amount": percent,
                    "amount_type": "percent",
                    "type_tax_use": "sale",
                    "price_include_override": inclusion,
                    "tax_group_id": group.id,
                    "company_id": company.id,
                }
            )
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", company.id)], limit=1
    )
    if not warehouse:
        raise SystemExit("no warehouse")
    # Mail and its digests have nobody to go to on a developer's machine.
    env["ir.mail_server"].search([]).active = False
    env.cr.commit()


prepare(env)  # type: ignore[name-defined]  # noqa: F821
