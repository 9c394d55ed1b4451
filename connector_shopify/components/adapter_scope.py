# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the app may do in the store, compared with what the chosen flows need."""

from __future__ import annotations

from collections.abc import Iterator

from odoo.addons.component.core import Component

from ..const import FIELD_SCOPES, FLOW_SCOPES, NEEDED_SCOPES, OPTIONAL_SCOPES


class ShopifyScopes(Component):
    _inherit = "hub.shopify.adapter"

    def _scope_points(self, granted: set[str]) -> Iterator[tuple[bool, str]]:
        """Yield a sentence for each permission that is needed or would be useful."""
        for scope in NEEDED_SCOPES:
            yield self._scope_point(scope, "", granted)
        for scope, flows in self._scopes_of_flows().items():
            yield self._scope_point(scope, ", ".join(flows), granted)
        for scope in OPTIONAL_SCOPES:
            if not is_granted(scope, granted):
                yield True, self._without(scope)

    def _scopes_of_flows(self) -> dict[str, list[str]]:
        """Return {permission: names of the flows in use that need it}."""
        needed: dict[str, list[str]] = {}
        for flow in self.backend_record.sudo().flow_ids:
            if flow.chosen or flow.state != "stopped":
                key = (flow.document, flow.direction)
                chosen = FIELD_SCOPES.get(key, {})
                rules = flow._ownership().has_rule
                fields = [s for path, s in chosen.items() if rules(path)]
                for scope in (*FLOW_SCOPES.get(key, ()), *fields):
                    needed.setdefault(scope, []).append(flow.name)
        return needed

    def _scope_point(
        self, scope: str, flows: str, granted: set[str]
    ) -> tuple[bool, str]:
        name = self.env._(" or ").join(scope.split("|"))
        if any(is_granted(each, granted) for each in scope.split("|")):
            return True, self.env._("The app has the permission %s.", name)
        remedy = self.env._(
            "Add it to the app's scopes in Shopify, release the new version, and"
            " approve it in the store."
        )
        if flows:
            return False, self.env._(
                "The app lacks the permission %(scope)s, which is needed by: %(flows)s."
                " %(remedy)s",
                scope=name,
                flows=flows,
                remedy=remedy,
            )
        return False, self.env._(
            "The app lacks the permission %(scope)s. %(remedy)s",
            scope=name,
            remedy=remedy,
        )

    def _without(self, scope: str) -> str:
        if scope == "read_all_orders":
            return self.env._(
                "Without the permission read_all_orders, orders older than 60 days"
                " cannot be read; Shopify grants it on request."
            )
        return self.env._(
            "Without the permission %s, what it protects is left out.", scope
        )


def is_granted(scope: str, granted: set[str]) -> bool:
    """Return whether a scope is granted; a write scope includes reading."""
    return scope in granted or scope.replace("read_", "write_") in granted
