from . import hub_shopify_adoption
