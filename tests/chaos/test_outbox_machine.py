# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sending under faults: the ledger of the remote system never shows an effect twice.

Processes are killed at each boundary between two steps, answers are lost, effects come
late and reads see them later still; the remote knows idempotency keys, or does not.
"""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import outbox
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from workers import PATIENCE, Crew

#: seconds: how late effects and reads may be here, and how late the adapter says
LATE, READ_DELAY, VISIBLE_AFTER = 0.2, 0.3, 0.8
#: what an adapter may declare, and whether the remote knows keys then
SYSTEMS = {
    "keyed": ({"safety": "keyed"}, True),
    "probed": ({"safety": "probed", "visible_after": VISIBLE_AFTER}, False),
    "manual": ({"safety": "manual"}, False),
}
ACCIDENTS = ("before", "after", "late")

pytestmark = pytest.mark.expects_warnings


class Scene:
    """One outbound flow, the remote it talks to, and three products."""

    def __init__(self, crew: Crew, remote: Any, system: str) -> None:
        operation, remote.keys = SYSTEMS[system]
        self.crew, self.remote, self.system = crew, remote, system
        remote.read_delay = READ_DELAY if system == "probed" else 0.0
        told = {"url": remote.url, "secret": remote.secret, "password": remote.password}
        name = f"Outbox {uuid.uuid4().hex}"
        self.flow = crew.run(outbox.open_flow, name, told, {"*": operation})
        self.products = crew.run(outbox.make_products, 3)
        self.records = [f"product.template,{number}" for number in self.products]
        self.turn = 0

    def change(self, number: int) -> None:
        self.turn += 1
        name = f"{self.turn:04}"
        self.crew.run(outbox.rename, self.flow, self.products[number], name)

    def work(self, boundary: str = "") -> None:
        """Let a worker do what there is to do; it dies when it gets that far."""
        worker = self.crew.start(outbox.work, self.flow, boundary)
        if boundary:
            worker.died()
            return
        worker.result()

    def pass_time(self) -> None:
        self.crew.run(outbox.let_time_pass, self.flow)

    def titles(self) -> dict[str, list[str]]:
        """Return what happened there to each record, oldest first."""
        found: dict[str, list[str]] = {record: [] for record in self.records}
        for effect in self.remote.effects(document="product"):
            if effect.record in found:
                found[effect.record].append(effect.payload["title"])
        return found

    def check(self) -> None:
        """No effect twice, none older after a newer one, one record made of each."""
        for record, titles in self.titles().items():
            assert titles == sorted(set(titles)), f"{record}: {titles}"
            created = self.remote.effects("product", "create", record)
            assert len(created) <= 1, f"{record} was created {len(created)} times"

    def settle(self) -> None:
        """Let everything come to its end; a person decides what only a person can."""
        deadline = time.monotonic() + PATIENCE
        while open_now := self.crew.run(outbox.open_states, self.flow):
            assert time.monotonic() < deadline, f"still open: {open_now}"
            self.pass_time()
            self.work()
            self.decide()
            if "in_doubt" in open_now:
                time.sleep(0.1)  # until the remote must show it
        said = self.crew.run(outbox.names, self.products)
        for record, titles in self.titles().items():
            if titles:
                assert titles[-1] == said[record]

    def decide(self) -> None:
        """Look at the remote system, as a person does, and say what is there."""
        time.sleep(LATE if self.system == "manual" else 0)
        there = {
            effect.record: (effect.external_id, effect.payload["title"])
            for effect in self.remote.effects(document="product")
        }
        self.crew.run(outbox.decide, self.flow, json.loads(json.dumps(there)))


@pytest.fixture
def remote() -> Iterator[Any]:
    from odoo.addons.connector_fake.remote import Remote

    with Remote() as remote:
        yield remote


@pytest.mark.parametrize("boundary", outbox.BOUNDARIES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_fault_03_crash_between_remote_call_and_commit(
    crew: Crew, remote: Any, system: str, boundary: str
) -> None:
    """Killed at each boundary, of a creation and of a change."""
    scene = Scene(crew, remote, system)
    for _time in range(2):
        for number in range(3):
            scene.change(number)
        scene.work(boundary)
        scene.check()
        scene.settle()
        scene.check()
    assert all(len(titles) == 2 for titles in scene.titles().values())


@pytest.mark.parametrize("accident", ACCIDENTS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_fault_04_timeout_after_success(
    crew: Crew, remote: Any, system: str, accident: str
) -> None:
    """The connection breaks; it happened, or not, or happens a little later."""
    scene = Scene(crew, remote, system)
    scene.change(0)
    remote.lose(accident, seconds=LATE)
    scene.work()
    states = crew.run(outbox.open_states, scene.flow)
    assert states == ["in_doubt"]
    scene.change(0)
    scene.work()
    scene.check()
    assert len(crew.run(outbox.open_states, scene.flow)) == 2, "the later one waits"
    scene.settle()
    scene.check()


def test_nothing_is_looked_up_before_the_remote_must_show_it(
    crew: Crew, remote: Any
) -> None:
    """Reads lag by minutes: what is not seen may have happened all the same."""
    remote.keys = False
    scene = Scene(crew, remote, "probed")
    remote.read_delay = 300
    patient = {"safety": "probed", "visible_after": 600}
    crew.run(outbox.declare, scene.flow, {"*": patient})
    scene.change(0)
    remote.lose("after")
    for _time in range(3):
        scene.work()
        scene.pass_time()
    assert len(remote.effects("product")) == 1
    assert crew.run(outbox.open_states, scene.flow) == ["in_doubt"]
    assert "/product/lookup" not in remote.calls


def test_manual_operation_never_sends_again_by_itself(crew: Crew, remote: Any) -> None:
    scene = Scene(crew, remote, "manual")
    scene.change(0)
    remote.lose("before")
    scene.work()
    before = dict(remote.calls)
    for _time in range(3):
        scene.pass_time()
        scene.work()
    writes = {path: n for path, n in remote.calls.items() if path.startswith("/prod")}
    assert writes == {path: before[path] for path in writes}


class Machine(RuleBasedStateMachine):
    """Any order of changes, deaths, losses and races."""

    scene: Scene

    @rule(number=st.integers(0, 2))
    def change(self, number: int) -> None:
        self.scene.change(number)

    @rule(boundary=st.sampled_from(outbox.BOUNDARIES))
    def die(self, boundary: str) -> None:
        self.scene.work(boundary)

    @rule(first=st.sampled_from(outbox.BOUNDARIES))
    def two_at_once(self, first: str) -> None:
        crew, flow = self.scene.crew, self.scene.flow
        workers = [crew.start(outbox.work, flow, name) for name in (first, "")]
        for worker in workers:
            worker.died()

    @rule(accident=st.sampled_from(ACCIDENTS))
    @precondition(lambda self: len(self.scene.remote._accidents) < 2)
    def lose_an_answer(self, accident: str) -> None:
        self.scene.remote.lose(accident, seconds=LATE)

    @rule()
    def work(self) -> None:
        self.scene.pass_time()
        self.scene.work()

    @invariant()
    def nothing_twice(self) -> None:
        self.scene.check()

    def teardown(self) -> None:
        self.scene.remote._accidents.clear()
        self.scene.settle()
        self.scene.check()


@pytest.mark.parametrize("system", SYSTEMS)
def test_any_course_of_events(crew: Crew, remote: Any, system: str) -> None:
    def machine() -> Machine:
        made = Machine()
        made.scene = Scene(crew, remote, system)
        return made

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=5,
            stateful_step_count=8,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
