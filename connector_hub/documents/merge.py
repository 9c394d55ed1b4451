# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Three states of one record, compared field by field: base, remote, Odoo.

The base is what the remote was last known to say. A conflict exists only where a field
that both sides may change was changed on both sides since then, to different values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from .diff import Flat, changes, field_of

REMOTE, ODOO, BOTH, NEVER = "remote", "odoo", "both", "never"
NEWEST, ASK = "newest", "ask"
#: marks, beside a path of a base, how Odoo renders that very value
RENDERED = "~"


@dataclass(frozen=True)
class Ownership:
    """Who may change which field, and what a conflict leads to.

    ``owners`` and ``policies`` name fields as ``field_of`` does; an entry counts for
    everything below it (``default_address`` for ``default_address.city``).

    :param default: owner of fields without an entry
    :param policy: "remote", "odoo", "newest" or "ask" for fields without an entry
    :param sent: whether Odoo's state is also sent to this remote system
    """

    default: str = REMOTE
    policy: str = REMOTE
    owners: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)
    sent: bool = False

    @property
    def is_plain(self) -> bool:
        """True when everything is taken as the remote says it."""
        return self.default == REMOTE and not self.owners and not self.sent

    @property
    def compares(self) -> bool:
        """True when it has to be known what each side said before."""
        return self.sent or BOTH in (self.default, *self.owners.values())

    @property
    def asks(self) -> bool:
        """True when a conflict may wait for a person."""
        return ASK in (self.policy, *self.policies.values())

    def owner(self, path: str) -> str:
        """Return "remote", "odoo", "both" or "never"."""
        return _nearest(self.owners, path) or self.default

    def has_rule(self, path: str) -> bool:
        """Return whether a rule names the field, or what it is part of."""
        return bool(_nearest(self.owners, path))

    def policy_of(self, path: str) -> str:
        """Return what a conflict about ``path`` leads to."""
        return _nearest(self.policies, path) or self.policy

    def first_wins(self, path: str) -> str:
        """Return whose value counts when nothing is known of the past."""
        if self.default in (REMOTE, ODOO):
            return self.default
        return ODOO if self.policy_of(path) == ODOO else REMOTE


@dataclass(frozen=True)
class Conflict:
    """A field that both sides changed since the base."""

    base: str | None
    remote: str | None
    odoo: str | None


@dataclass(frozen=True)
class Decision:
    """What becomes of each path the remote speaks of.

    :param take: paths whose remote value goes into Odoo
    :param keep: paths at which Odoo's value stays, and differs from the remote's
    :param changed: paths the remote is known to have changed since the base
    :param conflicts: paths that wait for a person
    """

    take: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)

    @property
    def repairs(self) -> bool:
        """True when the remote has to be told again what Odoo says."""
        return bool(self.keep & self.changed)


def merge(
    base: Flat | None,
    remote: Flat,
    odoo: Flat | None,
    ownership: Ownership,
    newer: str = REMOTE,
    decided: Mapping[str, tuple[str, Conflict]] | None = None,
) -> Decision:
    """Decide for every path of ``remote`` whose value counts.

    :param base: what the remote was known to say; None: nothing is known
    :param odoo: what Odoo says; None: it has no such record yet
    :param newer: the side that was changed last, for the policy "newest"
    :param decided: {path: (side a person chose, what they saw)}
    """
    take, keep, changed, conflicts = set(), set(), set(), {}
    for path in remote:
        known = base is not None and path in base
        seen = Conflict(base[path] if base and known else None, remote[path], None)
        if known and not same(seen.base, seen.remote):
            changed.add(path)
        if odoo is not None and path in odoo:
            seen = Conflict(seen.base, seen.remote, odoo[path])
            verdict = _verdict(path, seen, base if known else None, ownership, newer)
            if verdict == ASK:
                verdict = _choice(decided or {}, path, seen)
        else:
            verdict = REMOTE if ownership.owner(path) in (REMOTE, BOTH) else None
        if verdict == REMOTE:
            take.add(path)
        elif verdict == ODOO:
            keep.add(path)
        elif verdict == ASK:
            conflicts[path] = seen
    return Decision(frozenset(take), frozenset(keep), frozenset(changed), conflicts)


def _verdict(
    path: str, seen: Conflict, base: Flat | None, ownership: Ownership, newer: str
) -> str | None:
    """Return "remote", "odoo", "ask", or None when there is nothing to decide."""
    owner = ownership.owner(path)
    if owner == REMOTE:
        return REMOTE
    if same(seen.remote, seen.odoo) or owner == NEVER:
        return None
    if owner == ODOO:
        return ODOO
    if base is None:
        return ownership.first_wins(path)
    there = not same(seen.base, seen.remote)
    here = not agrees(base, path, seen.odoo)
    if there and here:
        policy = ownership.policy_of(path)
        return newer if policy == NEWEST else policy
    if there:
        return REMOTE
    return ODOO if here else None


def _choice(
    decided: Mapping[str, tuple[str, Conflict]], path: str, seen: Conflict
) -> str:
    """Return the side a person chose, unless something changed since they looked."""
    side, then = decided.get(path, ("", None))
    if then and same(then.remote, seen.remote) and same(then.odoo, seen.odoo):
        return side
    return ASK


def same(one: str | None, other: str | None) -> bool:
    """Return whether two texts say the same; unknown and empty do."""
    return (one or "") == (other or "")


# === WHAT ODOO MAKES OF A VALUE ===#


def renderings(taken: frozenset[str], remote: Flat, odoo: Flat) -> Flat:
    """Return entries of a base that tell how Odoo renders what it took.

    Odoo may not be able to hold a value as it came (it formats, rounds, falls back).
    Without them such a value would look changed in Odoo for ever after.
    """
    return {
        RENDERED + path: json.dumps([remote[path], odoo[path]])
        for path in taken
        if path in odoo and not same(odoo[path], remote[path])
    }


def agrees(base: Flat, path: str, value: str | None) -> bool:
    """Return whether Odoo's value is the one the remote is known to have."""
    known = base.get(path)
    if same(known, value):
        return True
    pair = base.get(RENDERED + path)
    if not pair:
        return False
    said, rendered = json.loads(pair)
    return same(said, known) and same(rendered, value)


def news(base: Flat, says: Flat) -> dict[str, tuple[str | None, str | None]]:
    """Return {path: (old, new)} of what Odoo says and the remote does not know.

    As ``changes``, without what is only Odoo's rendering of what the remote said.
    """
    return {
        path: pair
        for path, pair in changes(base, says).items()
        if not agrees(base, path, pair[1])
    }


def _nearest(entries: Mapping[str, str], path: str) -> str:
    """Return the entry of a field, or of what it is part of.

    An entry may also name one part of the innermost list by its key:
    ``variants.details[custom.size]`` of any variant.
    """
    if not entries:
        return ""
    head, bracket, tail = path.rpartition("[")
    if bracket:
        single = f"{field_of(head)}[{tail.partition(']')[0]}]"
        if entries.get(single):
            return entries[single]
    name = field_of(path)
    while name:
        if entries.get(name):
            return entries[name]
        name = name.rpartition(".")[0]
    return ""
