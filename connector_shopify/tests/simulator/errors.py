# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors that a GraphQL field raises, in Shopify's shape."""

from __future__ import annotations

from typing import Any


class FieldError(Exception):
    """Becomes one entry of ``errors``; the field becomes null or its parent does."""

    def __init__(
        self, message: str, code: str | None = None, **extensions: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = {"code": code, **extensions} if code else extensions


class NotSimulated(FieldError):
    """The real API has it, the simulator has not: never answered with a guess."""

    def __init__(self, what: str) -> None:
        super().__init__(f"simulator: {what} is not simulated", "NOT_SIMULATED")


class ScopeMissing(FieldError):
    def __init__(self, field: str, scopes: tuple[str, ...]) -> None:
        names = [f"`{scope}` access scope" for scope in scopes]
        required = " or ".join(filter(None, [", ".join(names[:-1]), names[-1]])) + "."
        super().__init__(
            f"Access denied for {field} field. Required access: {required}",
            "ACCESS_DENIED",
            documentation="https://shopify.dev/api/usage/access-scopes",
            requiredAccess=required,
        )


class ProtectedDataDenied(FieldError):
    """The app has the scope but no approval for this kind of customer data."""

    def __init__(self, field: str) -> None:
        page = "https://shopify.dev/docs/apps/launch/protected-customer-data"
        message = f"This app is not approved to use the {field} field."
        super().__init__(
            f"{message} See {page} for more details.",
            "ACCESS_DENIED",
            documentation=page,
        )


class Bubble(Exception):
    """A null in a non-null place, on its way to the nearest nullable parent."""
