{
    "name": "Integration Hub: Kits",
    "summary": "Deliveries of kits, told to and by connected systems in whole kits",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/connector",
    "category": "Connector",
    "development_status": "Beta",
    "depends": ["connector_hub", "sale_mrp"],
    "auto_install": True,
}
