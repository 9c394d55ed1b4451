{
    "name": "Bare Controller (yardstick of setup/bench)",
    "summary": "auth='none' and one INSERT: what a webhook costs at the very least",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/connector",
    "category": "Hidden",
    "depends": ["web"],
    "installable": True,
}
