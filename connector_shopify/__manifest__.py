{
    "name": "Shopify Connector (Integration Hub)",
    "summary": "Shopify stores on the Integration Hub: customers, products, orders",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/connector-ecommerce",
    "category": "Connector",
    "development_status": "Beta",
    "depends": ["connector_hub"],
    "data": [
        "security/ir.model.access.csv",
        "security/shopify_rules.xml",
    ],
}
