"""A small file is put from memory, again and again for a while, and looked for in between."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from chunk_service.adapters.digests import digest_of
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.objects import (
    ObjectExists,
    ObjectRefused,
    ObjectTarget,
    OutcomeUnknown,
    PartSource,
    StoreRefused,
)
from chunk_service.domain.uploads import Recipe, Upload
from chunk_service.usecases import put_content
from chunk_service.usecases.closing import Closed, Content
from chunk_service.usecases.prove_object import ProveObject
from chunk_service.usecases.put_content import PutContent

DATA = b"small"
RECIPE = Recipe(part_size=16, algorithms=frozenset({Algorithm.CRC64NVME}), offset=0)
CONTENT = Content(DATA, digest_of(DATA, RECIPE))
CHECKSUM = Checksum.of_int(Algorithm.CRC64NVME, CONTENT.digest.whole.crc64nvme)


class AnUpload:
    id = "an upload"
    checksum = None
    part_checksum = Algorithm.CRC64NVME
    target = cast("ObjectTarget", None)


@dataclass
class World:
    """Store and proof in one; `answers` are what puts come to, `calls` what was asked."""

    answers: list[Exception | None]
    is_there: bool = False
    calls: list[str] = field(default_factory=list)

    async def put_object(self, _target: ObjectTarget, *, source: PartSource) -> None:
        assert b"".join(source.pieces()) == DATA
        assert source.checksum == CHECKSUM
        self.calls.append("put")
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer

    def proof(self) -> ProveObject:
        world = self

        class Proof:
            async def prove(self, _upload: Upload, checksum: Checksum, _seen: object) -> Closed:
                assert checksum == CHECKSUM
                world.calls.append("prove")
                return Closed.ENDED

            async def decide_refused(self, *_: object) -> Closed:
                world.calls.append("decide")
                return Closed.OVER

            async def is_there(self, _upload: Upload, checksum: Checksum) -> bool:
                assert checksum == CHECKSUM
                world.calls.append("look")
                return world.is_there

        return cast("ProveObject", cast("Any", Proof()))

    async def put(self, seconds: float = 5.0) -> Closed:
        put = PutContent(cast("Any", self), self.proof(), lambda: 0.0)
        return await put(cast("Upload", AnUpload()), CONTENT, time.monotonic() + seconds)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(put_content, "FIRST_PAUSE_SECONDS", 0.0)


async def test_it_is_put_and_proved() -> None:
    world = World([None])
    assert await world.put() is Closed.ENDED
    assert world.calls == ["put", "prove"]


@pytest.mark.parametrize("error", [OutcomeUnknown("cut off"), StoreRefused("no such bucket")])
async def test_after_a_failure_it_is_looked_for_and_put_again(error: Exception) -> None:
    world = World([error, error, None])
    assert await world.put() is Closed.ENDED
    assert world.calls == ["put", "look", "put", "look", "put", "prove"]


async def test_what_the_store_took_without_saying_so_is_not_put_again() -> None:
    world = World([OutcomeUnknown("no answer")], is_there=True)
    assert await world.put() is Closed.OVER
    assert world.calls == ["put", "look"]


@pytest.mark.parametrize(
    ("errors", "puts"),
    [([ObjectExists("412")], 1), ([ObjectRefused("BadDigest"), ObjectRefused("BadDigest")], 2)],
)
async def test_a_refusal_is_decided(errors: list[Exception | None], puts: int) -> None:
    world = World(errors)
    assert await world.put() is Closed.OVER
    assert world.calls == ["put"] * puts + ["decide"]


@pytest.mark.parametrize(
    "hanging",
    [lambda: asyncio.Event().wait(), lambda: asyncio.sleep(0)],
    ids=["hangs", "refuses"],
)
async def test_in_the_end_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch, hanging: Callable[[], Any]
) -> None:
    world = World([])

    async def put_object(*_: object, **__: object) -> None:
        await hanging()
        raise OutcomeUnknown("down")

    monkeypatch.setattr(put_content, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(world, "put_object", put_object)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        await world.put(seconds=0.2)
    assert 0.1 < time.monotonic() - began < 2
