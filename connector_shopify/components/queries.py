# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The GraphQL documents in ``graphql/``, each with the fragments it needs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "graphql"
FRAGMENT = re.compile(r"^fragment (\w+) on [^{]+\{.*?^\}", re.M | re.S)
SPREAD = re.compile(r"\.\.\.(\w+)")


@cache
def document(name: str) -> str:
    """Return the text of ``graphql/<name>.graphql`` with its fragments."""
    text = (FOLDER / f"{name}.graphql").read_text()
    fragments = _fragments()
    needed: list[str] = []
    waiting = SPREAD.findall(text)
    while waiting:
        spread = waiting.pop()
        if spread in fragments and spread not in needed:
            needed.append(spread)
            waiting += SPREAD.findall(fragments[spread])
    return "\n".join([text, *(fragments[spread] for spread in sorted(needed))])


@cache
def in_bulk(fragment: str) -> str:
    """Return what a fragment selects, as a bulk operation takes it.

    Connections are whole there and read by edges, and nothing stands elsewhere.
    """
    text = _fragments()[fragment]
    body = text[text.index("{") :].replace("(first: $lines)", "")
    body = re.sub(r"pageInfo \{[^}]*\}", "", body)
    body = re.sub(r"nodes \{\s*(\.\.\.\w+)\s*\}", r"edges { node { \1 } }", body)
    return SPREAD.sub(lambda match: in_bulk(match[1])[1:-1], body)


@cache
def _fragments() -> dict[str, str]:
    text = (FOLDER / "fragments.graphql").read_text()
    return {match.group(1): match.group(0) for match in FRAGMENT.finditer(text)}


def names() -> list[str]:
    """Return the names of all documents."""
    return sorted(
        path.stem for path in FOLDER.glob("*.graphql") if path.stem != "fragments"
    )
