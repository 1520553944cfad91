"""The state machine: whatever clients, processes, disk, store and time do, in any order.

Each rule is one thing that happens; after each the world is checked. At the end everything is well
again, and then every upload must end and leave nothing.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from tests.machine import healing
from tests.machine.acts import SendChunk, asked, begin, finished, perform
from tests.machine.calls import RACES, SINGLES, Calls, all_chunks
from tests.machine.damage import Damage, inflict
from tests.machine.deliveries import deliver_due
from tests.machine.model import Known, Shape
from tests.machine.receiver import Reception
from tests.machine.site import Site
from tests.machine.steps import Held
from tests.machine.troubles import Trouble, troubles
from tests.machine.world import World

T = TypeVar("T")

INSTANCES = 2
MOST_UPLOADS = 6
AGES = (timedelta(minutes=2), timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=2))
BACKGROUND = ("look", "sweep", "expire")

instances = st.integers(0, INSTANCES - 1)
indices = st.integers(0, 4)
singles = st.sampled_from(list(SINGLES))
races = st.sampled_from(list(RACES))
some_troubles = st.lists(troubles, max_size=2)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    chunk_size = draw(st.sampled_from([None, 8, 16, 24, 32]))
    if chunk_size is None:
        sizes = draw(st.lists(st.integers(1, 40), min_size=1, max_size=4))
    else:
        whole = draw(st.integers(0, 4))
        sizes = [chunk_size] * whole + [draw(st.integers(1, chunk_size))]
    return Shape(
        sizes=tuple(sizes),
        chunk_size=chunk_size,
        declares_total=draw(st.booleans()),
        relay=draw(st.sampled_from(["eager", "eager", "on_completion"])),
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """A site, and the loop that it lives in."""

    site: Site
    runner: asyncio.Runner


class Machine(RuleBasedStateMachine):
    uploads = Bundle("uploads")

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.tasks_before = self.run(_count_tasks())
        self.world: World = self.run(World.begin(stage.site, instances=INSTANCES))
        self.held: tuple[SendChunk, asyncio.Task[httpx.Response]] | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.stage.runner.run(work)

    def known(self, key: str) -> Known | None:
        """None where no answer to its beginning came yet."""
        found = self.world.model.begun[key]
        return found if isinstance(found, Known) else None

    @initialize(target=uploads, shapes=st.lists(shapes(), min_size=2, max_size=2), at=instances)
    def begin_two(self, shapes: list[Shape], at: int) -> MultipleResults[str]:
        return multiple(*[self.begin_one(shape, at) for shape in shapes])

    @rule(target=uploads, shape=shapes(), at=instances)
    @precondition(lambda self: len(self.world.model.begun) < MOST_UPLOADS)
    def begin(self, shape: Shape, at: int) -> str:
        return self.begin_one(shape, at)

    def begin_one(self, shape: Shape, at: int) -> str:
        key = f"key-{len(self.world.model.begun)}"
        self.world.model.begun[key] = shape
        self.begin_again(key, at)
        return key

    @rule(key=uploads, at=instances)
    def begin_again(self, key: str, at: int) -> None:
        self.run(self.world.wake())
        self.run(begin(self.world, key, at))

    @rule(key=uploads, index=indices, at=instances, call=singles, troubles=some_troubles)
    def call(self, key: str, index: int, at: int, call: str, troubles: list[Trouble]) -> None:
        self.do(SINGLES[call], troubles, key, index, at)

    @rule(key=uploads, index=indices, at=instances, calls=races, troubles=some_troubles)
    def race(self, key: str, index: int, at: int, calls: str, troubles: list[Trouble]) -> None:
        self.do(RACES[calls], troubles, key, index, at)

    @rule(key=uploads, at=instances, troubles=some_troubles)
    def send_all(self, key: str, at: int, troubles: list[Trouble]) -> None:
        self.do(all_chunks, troubles, key, 0, at)

    def do(self, calls: Calls, troubles: list[Trouble], key: str, index: int, at: int) -> None:
        self.run(self.world.wake())
        for trouble in troubles:
            trouble.strike(self.world, at)
        if known := self.known(key):
            acts = calls(known, index % len(known.chunks), at)
            self.run(perform(self.world, acts))

    @rule(key=uploads, index=indices, at=instances)
    def hold_a_body_or_let_it_go(self, key: str, index: int, at: int) -> None:
        known = self.known(key)
        if self.held is not None:
            self.let_the_body_go()
        elif known is not None:
            act = SendChunk(known, index % len(known.chunks), at, held=Held())
            self.run(self.world.wake())
            self.held = (act, self.run(asked(self.world, act)))

    def let_the_body_go(self) -> None:
        assert self.held is not None
        act, request = self.held
        self.held = None
        self.run(finished(self.world, act, request))

    @rule(key=uploads, index=indices, damage=st.sampled_from(Damage))
    def damage(self, key: str, index: int, damage: Damage) -> None:
        if known := self.known(key):
            self.run(inflict(self.world, damage, known, index))

    @rule(by=st.sampled_from(AGES), at=instances, what=st.sampled_from(BACKGROUND))
    def time_passes(self, by: timedelta, at: int, what: str) -> None:
        self.world.double.land()
        self.run(self.world.restart())
        self.run(self.world.pass_time(by))
        instance = self.world.at(at)
        use_cases = instance.use_cases
        work: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "look": use_cases.engine.look,
            "sweep": use_cases.sweep,
            "expire": use_cases.expire,
        }
        self.run(instance.work(work[what]()))

    @rule(mood=st.sampled_from(Reception))
    def deliver(self, mood: Reception) -> None:
        self.world.receiver.mood = mood
        self.run(deliver_due(self.world))

    @invariant()
    def everything_holds(self) -> None:
        self.run(self.world.check())

    def teardown(self) -> None:
        try:
            self.run(healing.heal(self.world))
            if self.held is not None:
                self.let_the_body_go()
            self.run(healing.finish(self.world))
        finally:
            self.run(self.world.end())
        assert self.run(_count_tasks()) == self.tasks_before


async def _count_tasks() -> int:
    return len(asyncio.all_tasks())
