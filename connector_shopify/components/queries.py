# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The GraphQL documents in ``graphql/``, each with the fragments it needs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "graphql"
FRAGMENT = re.compile(r"^fragment (\w+) on [^{]+\{.*?^\}", re.M | re.S)
SPREAD = re.compile(r"\.\.\.(\w+)")
#: for :func:`in_bulk`; fragments are indented, so that a block ends where it began
DIRECTIVE = re.compile(r"(\w+)( @(include|skip)\(if: \$presentment\)) \{[^}]*\}")
PAGE_INFO = re.compile(r"pageInfo \{[^}]*\}\s*")
PAGED = re.compile(r"\(first: [^)]*\)(?= \{\s*nodes\b)")
NODES = re.compile(r"^( *)nodes \{(.*?)^\1\}", re.M | re.S)


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
def in_bulk(fragment: str, presentment: bool = True) -> str:
    """Return what a fragment selects, as a bulk operation takes it.

    Connections are whole there and read by edges, nothing stands elsewhere, and there
    are no variables. Rows of connections name their type: not all have an id.

    :param presentment: of money, read the buyer's side; else the store's
    """
    text = _fragments()[fragment]
    body = DIRECTIVE.sub(
        lambda match: (
            match[0].replace(match[2], "")
            if (match[3] == "include") == presentment
            else ""
        ),
        text[text.index("{") :],
    )
    body = PAGE_INFO.sub("", body)
    body = PAGED.sub("", body)
    body = NODES.sub(r"\1edges { node { __typename\2\1} }", body)
    return SPREAD.sub(lambda match: in_bulk(match[1], presentment)[1:-1], body)


@cache
def _fragments() -> dict[str, str]:
    files = ("fragments.graphql", "in_bulk.gql")
    text = "\n".join((FOLDER / name).read_text() for name in files)
    return {match.group(1): match.group(0) for match in FRAGMENT.finditer(text)}


def names() -> list[str]:
    """Return the names of all documents."""
    return sorted(
        path.stem for path in FOLDER.glob("*.graphql") if path.stem != "fragments"
    )
