# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read by ``odoo shell``: a company in euros that can sell, deliver and invoice."""

# pylint: disable=undefined-variable,print-used
env = env  # type: ignore[name-defined]  # noqa: F821, PLW0127

company = env.ref("base.main_company")
currencies = env["res.currency"].with_context(active_test=False)
currencies.search([("name", "in", ["EUR", "USD", "GBP"])]).active = True
company.write({"name": "Example Trading", "currency_id": env.ref("base.EUR").id})
env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
company.currency_id = env.ref("base.EUR")

group = env["account.tax.group"].search([("company_id", "=", company.id)], limit=1)
for percent in (20, 7):
    for included in ("tax_excluded", "tax_included"):
        env["account.tax"].create(
            {
                "name": f"{percent}%" + (" incl." if included == "tax_included" else ""),
                "amount": percent,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "price_include_override": included,
                "tax_group_id": group.id,
                "company_id": company.id,
            }
        )
warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
if not warehouse:
    raise SystemExit("no warehouse")
# Mail and its digests have nobody to go to on a developer's machine.
env["ir.mail_server"].search([]).active = False
env.cr.commit()
