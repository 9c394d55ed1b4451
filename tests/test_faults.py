# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The faults the hub survives, and the tests that inject them.

A fault is covered by the tests named after it (``test_fault_<number>_...``) and by
those named here. The names are looked up in the sources: a test that is renamed or
removed shows here.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("connector_hub/tests", "connector_shopify/tests", "tests")

HUB = "connector_hub/tests"
WEBHOOKS = "tests/e2e/test_webhooks.py"
IMPORT = "tests/chaos/test_import_survives.py"

#: number: (what happens, and what must come of it; {file: tests})
FAULTS = {
    1: (
        "the same webhook twice, at the same moment: one effect",
        {
            WEBHOOKS: ["test_the_same_webhook_at_the_same_time_has_one_effect"],
            "tests/chaos/test_lanes.py": [
                "test_same_event_received_at_the_same_moment_is_stored_once"
            ],
            f"{HUB}/test_webhook.py": [
                "test_repeated_delivery_is_acknowledged_and_stored_once"
            ],
        },
    ),
    2: (
        "updates out of order: the older one is superseded",
        {
            WEBHOOKS: ["test_an_older_update_after_a_newer_one_is_superseded"],
            f"{HUB}/test_drain.py": [
                "test_older_state_is_superseded",
                "test_newest_of_a_batch_is_applied_the_others_are_superseded",
                "test_two_edits_within_one_second_are_told_apart_by_content",
            ],
        },
    ),
    3: ("a crash between the remote call and the commit: the same key again", {}),
    4: ("a timeout after success: in doubt, looked up, never a fresh key", {}),
    5: (
        "SIGKILL in the middle of a batch: none lost, none twice",
        {
            IMPORT: ["test_all_workers_killed", "test_the_whole_server_killed"],
            "tests/chaos/test_lanes.py": [
                "test_killed_worker_loses_nothing_and_doubles_nothing",
                "test_holder_that_was_overtaken_writes_nothing",
            ],
            "tests/chaos/test_two_nodes.py": [
                "test_two_nodes_share_the_drains_and_killing_the_leader_loses_nothing"
            ],
        },
    ),
    6: (
        "a message that kills its worker: quarantined after three",
        {
            "tests/chaos/test_lanes.py": [
                "test_message_that_kills_three_workers_is_quarantined"
            ],
            f"{HUB}/test_drain_failure.py": ["test_suspects_are_taken_up_alone"],
        },
    ),
    7: (
        "PostgreSQL restarts, or ends sessions: reconnect and go on",
        {IMPORT: ["test_all_database_sessions_ended"]},
    ),
    8: ("no connection left: 503, never 2xx without a durable row", {}),
    9: ("a storm of 429: the backend pauses, one probe, no attempt is used up", {}),
    10: ("a burst of 5xx: the breaker opens, one probe closes it", {}),
    11: ("retries upon retries: one layer, capped, jittered", {}),
    12: (
        "a token expires in the middle of a page: renewed once, cursor unmoved",
        {
            "tests/e2e/test_trouble.py": [
                "test_a_token_that_expires_meanwhile_is_renewed_once"
            ],
        },
    ),
    13: ("credentials revoked: the backend stops with one exception", {}),
    14: (
        "a batch fails in part: the good rows are committed",
        {
            f"{HUB}/test_drain_failure.py": [
                "test_failing_record_holds_back_only_itself",
                "test_failed_record_leaves_nothing_behind",
            ],
            "tests/e2e/test_bad_input.py": [
                "test_an_unmapped_tax_holds_up_its_orders_only_until_it_is_mapped"
            ],
        },
    ),
    15: (
        "a poison message: isolated",
        {
            f"{HUB}/test_drain_failure.py": [
                "test_defect_in_the_program_isolates_its_record_too",
                "test_program_error_fails_the_message_it_is_about_alone",
                "test_payload_of_another_shape_fails_alone_and_names_the_field",
            ],
        },
    ),
    16: (
        "a field is added there: recorded",
        {
            f"{HUB}/test_faults_16_17_schema.py": [
                "test_it_is_recorded_and_nothing_stops"
            ]
        },
    ),
    17: (
        "a field is gone, or of another type: the flow pauses",
        {
            f"{HUB}/test_faults_16_17_schema.py": [
                "test_vanished_field_pauses_the_flow_and_burns_no_attempt",
                "test_retyped_field_pauses_the_flow_and_names_both_types",
                "test_removed_cursor_field_pauses_the_flow_and_the_cursor_stays",
            ]
        },
    ),
    18: (
        "clocks differ: tolerated, windows overlap",
        {
            f"{HUB}/test_faults_18_clock_skew.py": [
                "test_clock_that_is_behind_loses_nothing",
                "test_clock_that_is_ahead_loses_nothing",
                "test_record_committed_late_within_the_overlap_is_found",
            ]
        },
    ),
    19: (
        "a huge payload: 413 before it is read",
        {
            WEBHOOKS: ["test_too_large_a_body_is_refused_unread"],
            f"{HUB}/test_webhook.py": ["test_huge_body_is_refused"],
        },
    ),
    20: (
        "malformed, deep or odd JSON: quarantined, a plain 400",
        {
            WEBHOOKS: ["test_a_genuine_but_unreadable_webhook_is_kept_for_a_person"],
            f"{HUB}/test_webhook.py": [
                "test_malformed_content_is_refused_and_kept_for_a_person",
                "test_answer_to_malformed_content_says_nothing_about_it",
            ],
        },
    ),
    21: (
        "a wrong signature: 401, nothing stored",
        {
            WEBHOOKS: [
                "test_a_wrong_signature_is_refused_and_not_stored",
                "test_a_changed_body_is_refused",
                "test_a_missing_or_odd_signature_is_refused",
            ],
        },
    ),
    22: (
        "a genuine webhook is replayed: deduplicated",
        {
            WEBHOOKS: ["test_a_replayed_webhook_changes_nothing"],
        },
    ),
    23: (
        "addresses that lead inside: refused, resolved once, no redirects",
        {
            f"{HUB}/pure/test_http_guard.py": [
                "test_unfit_addresses_are_refused",
                "test_public_name_of_a_private_address_is_refused",
                "test_checked_address_is_the_one_connected_to",
                "test_redirect_is_not_followed",
            ],
            "tests/e2e/test_bad_input.py": [
                "test_private_addresses_are_not_called",
                "test_this_very_machine_is_not_called_in_production",
            ],
        },
    ),
    24: ("a secret in a log, a traceback, a job, the chatter, an export: nowhere", {}),
    25: (
        "data of another company: invisible, refused in bulk actions too",
        {
            f"{HUB}/test_security.py": [
                "test_records_of_other_companies_are_invisible",
                "test_actions_on_records_of_other_companies_are_refused",
                "test_mixed_selection_is_refused_as_a_whole",
            ],
            f"{HUB}/contract_safety.py": ["test_other_companies_see_nothing"],
        },
    ),
}


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.fixture(scope="module")
def written() -> dict[str, set[str]]:
    """{file: its tests}"""
    paths = {path for place in PLACES for path in (ROOT / place).rglob("*.py")}
    return {path.relative_to(ROOT).as_posix(): names_in(path) for path in paths}


@pytest.mark.parametrize("number", FAULTS)
def test_fault_has_its_tests(number: int, written: dict[str, set[str]]) -> None:
    what, named = FAULTS[number]
    for path, names in named.items():
        missing = set(names) - written.get(path, set())
        assert not missing, f"{path} has no {missing}"
    own = re.compile(rf"test_fault_0*{number}_")
    after_it = [n for names in written.values() for n in names if own.match(n)]
    assert named or after_it, f"nothing tests what happens when {what}"


def test_all_twenty_five_are_listed() -> None:
    assert [*FAULTS] == [*range(1, 26)]
