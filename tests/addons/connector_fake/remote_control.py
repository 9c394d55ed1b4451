# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The imaginary system in a process of its own, and how a test reaches into it.

    python tests/addons/connector_fake/remote_control.py [port]

prints one line of JSON (url, secret, password) and serves until its input ends.
"""

import json
import sys
from pathlib import Path
from types import ModuleType
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from werkzeug.wrappers import Response

SWITCHES = ("keys", "upsert", "read_delay", "refuses", "page_size")
CALLS = ("put", "fail", "lose", "reject", "accept", "repeated", "forget_effects")


class Control:
    """``/control``: GET tells what happened; POST calls a method or sets a switch."""

    def _control(self, request):
        if request.method == "GET":
            with self._lock:
                effects = [effect._asdict() for effect in self.ledger]
                answer = {"calls": self.calls, "ledger": effects}
            return Response(json.dumps(answer), mimetype="application/json")
        order = request.get_json()
        if order.get("set") in SWITCHES:
            setattr(self, order["set"], order["value"])
            return Response("null", mimetype="application/json")
        if order.get("call") not in CALLS:
            return Response("unknown", 404)
        method = getattr(self, order["call"])
        result = method(*order.get("args", ()), **order.get("kwargs", {}))
        return Response(json.dumps(result, default=str), mimetype="application/json")

    def forget_effects(self):
        """Empty the ledger and the counters of calls."""
        with self._lock:
            self.ledger.clear()
            self.calls.clear()


class FarRemote:
    """A remote in another process, or one that a forked worker did not start.

    far = FarRemote(url)
    far.call("lose", "after"); far.set("keys", False); far.told()["ledger"]
    """

    def __init__(self, url):
        self.url = url

    def told(self):
        """Return {"calls": {path: number}, "ledger": [effect as dict]}."""
        return self._ask(None)

    def set(self, name, value):
        return self._ask({"set": name, "value": value})

    def call(self, name, *args, **kwargs):
        return self._ask({"call": name, "args": args, "kwargs": kwargs})

    def _ask(self, order):
        if not self.url.startswith("http://127.0.0.1:"):
            raise ValueError("only on this machine")
        data = None if order is None else json.dumps(order).encode()
        request = HttpRequest(  # noqa: S310 - checked above
            f"{self.url}/control", data, {"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - checked above
            return json.load(answer)


def _without_odoo():
    """Let the packages be imported without the addons around them."""
    here = Path(__file__).resolve().parent
    hub = here.parents[2] / "connector_hub"
    for name, folder in (("connector_hub", hub), ("connector_fake", here)):
        package = ModuleType(f"odoo.addons.{name}")
        package.__path__ = [str(folder)]
        sys.modules[package.__name__] = package


def main(port=0):
    _without_odoo()
    from odoo.addons.connector_fake.remote import Remote

    with Remote(port=port) as remote:
        told = {"url": remote.url, "secret": remote.secret, "password": remote.password}
        print(json.dumps(told), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
