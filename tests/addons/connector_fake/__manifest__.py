{
    "name": "Connector of an Imaginary System",
    "summary": "For the tests of the Integration Hub: a system as simple as can be",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Odoo Community Association (OCA)",
    "website": "https://github.com/OCA/connector",
    "category": "Hidden/Tests",
    "development_status": "Beta",
    "depends": ["connector_hub"],
    "data": [
        "security/ir.model.access.csv",
        "security/fake_rules.xml",
    ],
}
