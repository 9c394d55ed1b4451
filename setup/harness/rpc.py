# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls Odoo over HTTP the way its web client does (session, call_kw).

Odoo 19 logs a deprecation warning for each /jsonrpc call, and /json/2 needs an API
key first; this is the interface that people's clicks go through.
"""

import itertools
from typing import Any

import requests


class RpcError(Exception):
    """Odoo answered with an error; ``name`` is its Python exception class."""

    def __init__(self, message: str, name: str, debug: str) -> None:
        super().__init__(f"{name}: {message}")
        self.message = message
        self.name = name
        self.debug = debug


class Client:
    """A logged-in user. Not for several threads at once: make one client for each."""

    def __init__(
        self,
        url: str,
        db: str,
        login: str = "admin",
        password: str = "admin",
        timeout: float = 600,
    ) -> None:
        self.url = url.rstrip("/")
        self.db = db
        self.timeout = timeout
        self._session = requests.Session()
        self._ids = itertools.count(1)
        info = self.json(
            "/web/session/authenticate", db=db, login=login, password=password
        )
        self.uid = int(info["uid"])
        self.context: dict[str, Any] = dict(info.get("user_context") or {})

    @property
    def session_id(self) -> str:
        """The session cookie, to open a browser as the same user."""
        return str(self._session.cookies["session_id"])

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method; for recordset methods the first argument is the ids."""
        kwargs["context"] = {**self.context, **kwargs.get("context", {})}
        return self.json(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )

    def create(self, model: str, values: dict[str, Any]) -> int:
        return int(self.call(model, "create", [values])[0])

    def search(self, model: str, domain: list[Any], **options: Any) -> list[int]:
        return [int(found) for found in self.call(model, "search", domain, **options)]

    def count(self, model: str, domain: list[Any]) -> int:
        return int(self.call(model, "search_count", domain))

    def read(
        self, model: str, domain: list[Any], fields: list[str], **options: Any
    ) -> list[dict[str, Any]]:
        """The records found, as dictionaries with these fields."""
        found = self.call(model, "search_read", domain, fields=fields, **options)
        return [dict(record) for record in found]

    def has_model(self, model: str) -> bool:
        return self.count("ir.model", [("model", "=", model)]) > 0

    def json(self, path: str, **params: Any) -> Any:
        """POST a JSON-RPC request to a route of type jsonrpc."""
        body = {"jsonrpc": "2.0", "id": next(self._ids), "method": "call"}
        response = self._session.post(
            f"{self.url}{path}", json={**body, "params": params}, timeout=self.timeout
        )
        response.raise_for_status()
        answer = response.json()
        if error := answer.get("error"):
            data = error.get("data") or {}
            raise RpcError(
                data.get("message") or error.get("message", ""),
                data.get("name", ""),
                data.get("debug", ""),
            )
        return answer.get("result")
