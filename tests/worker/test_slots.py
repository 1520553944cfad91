"""As many windows leave a process as it has slots; no slot is lost, whatever becomes of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from chunk_service.domain.objects import OutcomeUnknown
from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.relaying import Claim
from chunk_service.worker.bells import Bells
from chunk_service.worker.engine import Engine
from tests.fixtures.uploads import an_upload
from tests.worker.engine_parts import engine_parts

SLOTS = 2
_SOON_SECONDS = 5.0


def a_claim() -> Claim:
    upload = an_upload(id=UploadId(uuid4()))
    return Claim(uuid4(), upload, number=1, attempts=1, has_more=False, size_bytes=8, chunks=())


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@dataclass
class Relay:
    """Sends when it may; `on_send` may fail it, `on_cancel` is what else comes about by then."""

    may_send: asyncio.Event = field(default_factory=asyncio.Event)
    may_note: asyncio.Event = field(default_factory=asyncio.Event)
    on_send: Callable[[], object] = lambda: None
    on_cancel: Callable[[], object] = lambda: None
    claims: list[Claim] = field(default_factory=list)
    claimed: int = 0
    sending: list[UUID] = field(default_factory=list)
    sent: list[UUID] = field(default_factory=list)
    given_back: list[UUID] = field(default_factory=list)

    async def claim(self, _upload_id: UploadId) -> Claim | None:
        self.claimed += 1
        return self.claims.pop() if self.claims else None

    async def send(self, claim: Claim, when_sent: Callable[[], None]) -> None:
        self.sending.append(claim.holder)
        try:
            await self.may_send.wait()
        except asyncio.CancelledError:
            self.on_cancel()
            self.given_back.append(claim.holder)
            raise
        self.on_send()
        self.sent.append(claim.holder)
        when_sent()
        await self.may_note.wait()

    async def give_back(self, _upload_id: UploadId, holder: UUID) -> None:
        self.given_back.append(holder)


class Notes:
    async def hurry(self, _upload_id: UploadId) -> None:
        pass

    def forget(self, _upload_id: UploadId) -> None:
        pass


class Nothing:
    """Every other part: nothing is owed."""

    async def __call__(self) -> None:
        pass

    def __getattr__(self, _name: str) -> Callable[..., Any]:
        async def find(*_: object) -> list[UploadId]:
            return []

        return find


@dataclass
class World:
    relay: Relay
    bells: Bells
    engine: Engine

    async def sends(self) -> Claim:
        """From a slot that was kept."""
        assert await self.engine.keep_slot()
        claim = a_claim()
        self.engine.send(claim)
        await self.until(lambda: claim.holder in self.relay.sending)
        return claim

    async def free_slots(self) -> int:
        """Kept until there are none, and left again."""
        count = 0
        while await self.engine.keep_slot():
            count += 1
        for _ in range(count):
            self.engine.leave_slot()
        return count

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(_SOON_SECONDS):
            while not is_so():  # noqa: ASYNC110 - the engine tells nobody
                await asyncio.sleep(0.001)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    relay, bells = Relay(), Bells()
    relay.may_note.set()
    parts = engine_parts(Nothing(), relay=relay, note_parts=Notes())
    engine = Engine(parts, bells, slots=SLOTS)
    engine.start()
    yield World(relay, bells, engine)
    await engine.stop(0)


async def test_so_many_slots_are_kept_and_no_more(world: World) -> None:
    kept = [await world.engine.keep_slot() for _ in range(SLOTS + 1)]
    assert kept == [True] * SLOTS + [False]
    world.engine.leave_slot()
    assert await world.engine.keep_slot()
    for _ in range(SLOTS):
        world.engine.leave_slot()


async def test_a_slot_is_left_when_its_window_is_sent(world: World) -> None:
    claims = [await world.sends() for _ in range(SLOTS)]
    assert await world.free_slots() == 0
    world.relay.may_send.set()
    await world.until(lambda: len(world.relay.sent) == SLOTS)
    assert world.relay.sent == [claim.holder for claim in claims]
    assert await world.free_slots() == SLOTS


async def test_what_is_still_to_be_noted_keeps_no_slot_and_a_stop_waits_for_it(
    world: World,
) -> None:
    world.relay.may_note.clear()
    world.relay.may_send.set()
    for _ in range(2 * SLOTS):
        await world.sends()
    stopping = asyncio.create_task(world.engine.stop(_SOON_SECONDS))
    await asyncio.sleep(0.01)
    assert not stopping.done()
    world.relay.may_note.set()
    await stopping
    assert world.relay.given_back == []


@pytest.mark.parametrize("error", [OutcomeUnknown("no answer"), RuntimeError("a bug")])
async def test_a_slot_is_left_when_its_window_can_not_be_sent(
    world: World, error: Exception
) -> None:
    world.relay.on_send = failing(error)
    world.relay.may_send.set()
    for _ in range(2 * SLOTS):
        await world.sends()
        await world.until(lambda: world.engine._busy == 0)
    assert await world.free_slots() == SLOTS


async def test_what_could_not_be_sent_is_claimed_anew_later(world: World) -> None:
    world.relay.on_send = failing(OutcomeUnknown("no answer"))
    world.relay.may_send.set()
    await world.sends()
    await world.until(lambda: world.relay.claimed == 1)


async def test_what_is_rung_for_goes_before_what_is_only_being_recorded(world: World) -> None:
    world.bells.kick(UploadId(uuid4()))
    assert not await world.engine.keep_slot()
    await world.until(lambda: world.relay.claimed == 1)
    assert await world.free_slots() == SLOTS


async def test_what_waits_for_a_slot_claims_when_it_has_one_and_goes_first(world: World) -> None:
    for _ in range(SLOTS):
        assert await world.engine.keep_slot()
    waiting = a_claim()
    world.relay.claims.append(waiting)
    world.bells.kick(waiting.upload.id)
    assert not await world.engine.keep_slot()
    await world.until(lambda: not len(world.bells.to_relay))
    assert world.relay.claimed == 0
    world.engine.leave_slot()
    assert not await world.engine.keep_slot()
    await world.until(lambda: world.relay.sending == [waiting.holder])
    assert not await world.engine.keep_slot()
    world.engine.leave_slot()
    world.relay.may_send.set()
    await world.until(lambda: world.relay.sent == [waiting.holder])
    assert await world.free_slots() == SLOTS


async def test_a_stop_keeps_no_slot_and_sends_what_has_one(world: World) -> None:
    assert await world.engine.keep_slot()
    stopping = asyncio.create_task(world.engine.stop(_SOON_SECONDS))
    await asyncio.sleep(0)
    assert not await world.engine.keep_slot()
    assert not stopping.done()
    claim = a_claim()
    world.relay.may_send.set()
    world.engine.send(claim)
    await stopping
    assert (world.relay.sent, world.relay.given_back) == ([claim.holder], [])


async def test_when_the_grace_is_over_claims_are_given_back(world: World) -> None:
    assert await world.engine.keep_slot()
    late = a_claim()

    def send_late() -> None:
        world.relay.on_cancel = lambda: None
        world.engine.send(late)

    world.relay.on_cancel = send_late
    claim = await world.sends()
    await world.engine.stop(0)
    assert world.relay.sent == []
    assert world.relay.given_back == [claim.holder, late.holder]
