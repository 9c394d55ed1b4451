# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who wins, field by field."""

from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.connector_hub.documents import (
    Conflict,
    Decision,
    Ownership,
    Product,
    Variant,
    flat,
    merge,
    news,
    renderings,
    without,
)

NOW = datetime(2026, 9, 1, tzinfo=timezone.utc)

TWO_WAY = Ownership(default="both", policy="ask")

values = st.sampled_from([None, "", "a", "b", "c"])
paths = st.sampled_from(["name", "email", "default_address.city", "variants[V1].price"])
states = st.dictionaries(paths, values, max_size=4)
owners = st.sampled_from(["remote", "odoo", "both", "never"])
policies = st.sampled_from(["remote", "odoo", "newest", "ask"])
ownerships = st.builds(
    Ownership,
    default=st.sampled_from(["remote", "odoo", "both"]),
    policy=policies,
    owners=st.dictionaries(st.sampled_from(["name", "default_address"]), owners),
    policies=st.dictionaries(st.sampled_from(["email", "variants"]), policies),
    sent=st.booleans(),
)


def decide(
    base: str | None, remote: str | None, odoo: str | None, **options: Any
) -> Decision:
    """Compare one field of a record that is known."""
    ownership = options.pop("ownership", TWO_WAY)
    return merge({"name": base}, {"name": remote}, {"name": odoo}, ownership, **options)


def test_changed_remotely_only_is_taken() -> None:
    assert decide("a", "b", "a").take == {"name"}


def test_changed_in_odoo_only_is_kept() -> None:
    decision = decide("a", "a", "b")
    assert (decision.take, decision.keep) == (frozenset(), {"name"})
    assert not decision.repairs


def test_changed_to_the_same_value_on_both_sides_is_nothing() -> None:
    assert decide("a", "b", "b") == Decision(changed=frozenset({"name"}))


def test_changed_to_different_values_is_a_conflict() -> None:
    assert decide("a", "b", "c").conflicts == {"name": Conflict("a", "b", "c")}


def test_emptied_counts_as_changed() -> None:
    assert decide("a", None, "a").take == {"name"}
    assert decide("a", None, "b").conflicts


def test_policy_settles_a_conflict() -> None:
    def side(policy: str, newer: str = "remote") -> Decision:
        ownership = Ownership(default="both", policy=policy)
        return decide("a", "b", "c", ownership=ownership, newer=newer)

    assert side("remote").take == {"name"}
    assert side("odoo").keep == {"name"}
    assert side("odoo").repairs
    assert side("newest", newer="remote").take == {"name"}
    assert side("newest", newer="odoo").keep == {"name"}


def test_choice_of_a_person_holds_while_nothing_changed_since() -> None:
    seen = Conflict("a", "b", "c")
    assert decide("a", "b", "c", decided={"name": ("odoo", seen)}).keep == {"name"}
    assert decide("a", "b", "c", decided={"name": ("remote", seen)}).take == {"name"}
    assert decide("a", "b", "d", decided={"name": ("odoo", seen)}).conflicts
    assert decide("a", "e", "c", decided={"name": ("odoo", seen)}).conflicts


def test_first_contact_is_no_conflict() -> None:
    decision = merge(None, {"name": "b"}, {"name": "c"}, TWO_WAY)
    assert (decision.take, dict(decision.conflicts)) == ({"name"}, {})
    odoo_leads = Ownership(default="odoo", owners={"name": "both"}, policy="ask")
    assert merge(None, {"name": "b"}, {"name": "c"}, odoo_leads).keep == {"name"}


def test_field_the_base_never_spoke_of_is_a_first_contact() -> None:
    decision = merge({"email": "x"}, {"name": "b"}, {"name": "c"}, TWO_WAY)
    assert not decision.conflicts


def test_rule_of_a_part_counts_for_what_is_below_it() -> None:
    ownership = Ownership(owners={"default_address": "odoo", "variants.price": "never"})
    assert ownership.owner("default_address.city") == "odoo"
    assert ownership.owner("variants[V1].price") == "never"
    assert ownership.owner("variants[V1].sku") == "remote"


def test_what_odoo_owns_is_kept_and_told_again_when_it_was_changed_there() -> None:
    decision = decide("c", "b", "c", ownership=Ownership(default="odoo"))
    assert decision.keep == {"name"}
    assert decision.repairs


def test_what_nobody_owns_is_left_alone() -> None:
    assert not decide("a", "b", "c", ownership=Ownership(owners={"name": "never"})).take


def test_odoo_rendering_of_a_value_is_no_change() -> None:
    base = {
        "phone": "030 1",
        **renderings({"phone"}, {"phone": "030 1"}, {"phone": "+49301"}),
    }
    kept = merge(base, {"phone": "030 2"}, {"phone": "+49301"}, TWO_WAY)
    assert (kept.take, dict(kept.conflicts)) == ({"phone"}, {})
    assert news(base, {"phone": "+49301"}) == {}
    assert news(base, {"phone": "+49302"}) == {"phone": ("030 1", "+49302")}


def test_rendering_of_an_earlier_value_does_not_count() -> None:
    base = {
        "phone": "030 2",
        **renderings({"phone"}, {"phone": "030 1"}, {"phone": "+49301"}),
    }
    assert news(base, {"phone": "+49301"}) == {"phone": ("030 2", "+49301")}


@given(states, states, states, ownerships, st.sampled_from(["remote", "odoo"]))
def test_conflict_only_where_a_two_way_field_changed_on_both_sides(
    base: Any, remote: Any, odoo: Any, ownership: Ownership, newer: str
) -> None:
    for path, seen in merge(base, remote, odoo, ownership, newer).conflicts.items():
        assert ownership.owner(path) == "both"
        assert ownership.policy_of(path) == "ask"
        assert path in base
        texts = {base[path] or "", remote[path] or "", odoo[path] or ""}
        assert len(texts) == 3
        assert seen == Conflict(base[path], remote[path], odoo[path])


@given(st.none() | states, states, st.none() | states, ownerships)
def test_each_field_has_one_fate(
    base: Any, remote: Any, odoo: Any, ownership: Ownership
) -> None:
    decision = merge(base, remote, odoo, ownership)
    fates = [*decision.take, *decision.keep, *decision.conflicts]
    assert len(fates) == len(set(fates))
    assert set(fates) <= set(remote)
    owned = {path for path in remote if ownership.owner(path) in ("odoo", "never")}
    assert not decision.take & owned


@given(states, states, ownerships)
def test_agreed_state_leads_to_nothing_or_to_itself(
    base: Any, odoo: Any, ownership: Ownership
) -> None:
    """Merging what both sides say already changes nothing."""
    decision = merge(base, base, base, ownership)
    assert not decision.keep and not decision.conflicts and not decision.changed


@given(states, states, states)
def test_two_way_sides_are_treated_alike(base: Any, remote: Any, odoo: Any) -> None:
    """With both states swapped, taken becomes kept and kept becomes taken."""
    shared = {path for path in base if path in remote and path in odoo}
    base, remote, odoo = (
        {path: state[path] for path in shared} for state in (base, remote, odoo)
    )
    one = merge(base, remote, odoo, TWO_WAY)
    other = merge(base, odoo, remote, TWO_WAY)
    assert one.take == other.keep
    assert one.keep == other.take
    assert set(one.conflicts) == set(other.conflicts)


def test_document_says_less_and_keeps_its_values() -> None:
    whole = Product(
        external_id="P1",
        version=NOW,
        title="Cap",
        vendor="Acme",
        variants=(Variant(external_id="V1", sku="S1", barcode="1"),),
    )
    less = without(whole, {"title", "variants[V1].sku"})
    assert flat(less, only_set=True) == {
        "vendor": "Acme",
        "variants[V1].external_id": "V1",
        "variants[V1].barcode": "1",
    }
    assert (less.title, less.variants[0].sku) == ("Cap", "S1")
    none = without(whole, {"variants[V1].sku", "variants[V1].barcode"})
    assert "variants" not in none.model_fields_set
