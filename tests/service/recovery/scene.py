"""What clients and operators do in these scenarios, in a word each; answers are judged as ever."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import httpx

from chunk_service.adapters.postgres.spools import SpoolRows
from tests.doubles.s3.faults import answering
from tests.machine.acts import (
    Abort,
    Act,
    Complete,
    Look,
    SendChunk,
    asked,
    begin,
    finished,
    perform,
)
from tests.machine.healing import look_around
from tests.machine.instance import Instance
from tests.machine.model import Known, Shape
from tests.machine.pieces import stored_as_they_come
from tests.machine.snapshot import Row
from tests.machine.steps import Ahead, Failing, Held
from tests.machine.world import World

LEASES_LAPSE = timedelta(minutes=2)
ONE_PUT = Shape(sizes=(10,))
MULTIPART = Shape(sizes=(16, 16, 5), chunk_size=16, declares_total=True)
BOUND = Shape(sizes=(8, 8, 8, 8, 3), chunk_size=8, declares_total=True)


@dataclass(frozen=True, slots=True)
class Scene:
    world: World

    @property
    def first(self) -> Instance:
        return self.world.instances[0]

    @property
    def second(self) -> Instance:
        return self.world.instances[1]

    async def begin(self, shape: Shape = MULTIPART, *, at: int = 0) -> Known:
        key = f"key-{len(self.world.model.begun)}"
        self.world.model.begun[key] = shape
        await begin(self.world, key, at)
        known = self.world.model.begun[key]
        assert isinstance(known, Known), "not begun"
        return known

    async def ask(self, act: Act) -> httpx.Response:
        (answer,) = await perform(self.world, [act])
        assert answer is not None, "the instance died over it"
        return answer

    async def ask_in_vain(self, act: Act) -> httpx.Response | None:
        """The answer, or None where the instance died before it; either way it is gone then."""
        (answer,) = await perform(self.world, [act])
        await self.world.rest()
        await self.world.bury()
        return answer

    async def put(self, known: Known, index: int, *, at: int = 0) -> httpx.Response:
        return await self.ask(SendChunk(known, index, at))

    async def send(
        self, known: Known, indices: Sequence[int] | None = None, *, at: int = 0
    ) -> None:
        for index in range(len(known.chunks)) if indices is None else indices:
            answer = await self.put(known, index, at=at)
            assert answer.status_code == 200, answer.text

    async def hold(self, known: Known, index: int, *, at: int = 0) -> "HeldBody":
        """The first half of the chunk's body has come, the rest waits."""
        act = SendChunk(known, index, at, held=Held())
        return HeldBody(self.world, act, await asked(self.world, act))

    async def hold_in_spool(self, known: Known, index: int) -> "HeldBody":
        """The same for a new chunk, whose file is there as its first bytes are."""
        before = await self.spooled()
        with stored_as_they_come():
            body = await self.hold(known, index)
            while await self.spooled() == before:  # noqa: ASYNC110 - the spool tells nobody
                await asyncio.sleep(0.01)
        return body

    async def complete(self, known: Known, *, at: int = 0) -> httpx.Response:
        return await self.ask(Complete(known, at))

    async def abort(self, known: Known, *, at: int = 0) -> httpx.Response:
        return await self.ask(Abort(known, at))

    async def status(self, known: Known, *, at: int = 0) -> dict[str, Any]:
        answer = await self.ask(Look(known, at))
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    async def row(self, known: Known) -> Row:
        return (await self.world.rows()).upload(known.id)

    async def state(self, known: Known) -> str:
        return str((await self.row(known))["state"])

    async def events(self, known: Known) -> list[str]:
        rows = await self.world.rows()
        return [event["type"] for event in rows.of(rows.events, known.id)]

    async def spooled(self) -> list[str]:
        return sorted((await self.world.snapshot()).files)

    async def dies(self, instance: Instance, failing: Failing, step: str) -> None:
        """At that step, the next time it is taken."""
        instance.steps.ahead = Ahead(failing, at=step)

    async def go_on(self, after: timedelta = LEASES_LAPSE) -> None:
        """What died is started again; when time has passed, everybody looks around."""
        await self.world.bury()
        await self.world.restart()
        await self.world.pass_time(after)
        await look_around(self.world)
        await self.world.check()

    async def keep_from_the_store(self) -> None:
        """Until the double is healed nothing new gets into it."""
        for operation in ("CreateMultipartUpload", "UploadPart", "PutObject"):
            self.world.double.fail(operation, answering("SlowDown"), times=None)

    async def forget_spools(self, instance: Instance) -> None:
        """The round that gives spools up; this instance's own one is here."""
        use_cases = instance.use_cases
        rows = cast("SpoolRows", use_cases.forget_spools.rows)
        await rows.beat(use_cases.sweep.spool.id)
        await instance.work(use_cases.forget_spools())

    async def look(self, instance: Instance) -> None:
        """The instance asks the rows what is owed, and does it."""
        await instance.work(instance.use_cases.engine.look())
        await instance.rest()

    async def sweep(self, instance: Instance) -> None:
        await instance.work(instance.use_cases.sweep())


@dataclass(frozen=True, slots=True)
class HeldBody:
    world: World
    act: SendChunk
    request: "asyncio.Task[httpx.Response]"

    async def let_go(self) -> httpx.Response:
        answer = await finished(self.world, self.act, self.request)
        assert answer is not None, "the instance died over it"
        return answer


def in_one_spool(shape: Shape) -> Shape:
    """Kept whole until the client completes."""
    return replace(shape, relay="on_completion")
