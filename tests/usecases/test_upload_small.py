"""Small files together have so much memory and no more, and give it back in every case."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import uuid4

import pytest

from chunk_service.adapters.digests import digest_of
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.errors import ContentTooLarge, DatabaseUnavailable
from chunk_service.domain.plan import make_plan
from chunk_service.domain.uploads import Recipe, SpoolId, Upload
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.beginning import Begun
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.closing import Closer, Taken
from chunk_service.usecases.upload_small import SMALL_BYTES, Memory, UploadSmall

MAX_BYTES = 1000


class ADraft:
    id = uuid4()
    checksum = None
    plan = make_plan(chunk_size=None, total_size=None, max_file_size=MAX_BYTES)
    recipe = Recipe(plan.part_size, frozenset({Algorithm.CRC64NVME}), offset=0)


class World:
    """All that a small file is given to, in one."""

    def __init__(self, *, failing: bool = False, again: bool = False) -> None:
        self.failing = failing
        self.again = again
        self.taken: list[Taken] = []
        self.let_go_of: list[object] = []

    def draft(self, *_: object) -> ADraft:
        return ADraft()

    async def book(self, *_: object, **__: object) -> Begun:
        if self.failing:
            raise DatabaseUnavailable
        return Begun(cast("Upload", cast("Any", ADraft())), again=self.again)

    async def begin_in_memory(self, *_: object) -> None:
        raise AssertionError("booked by the one above")

    async def let_go(self, upload_id: object, _holder: object) -> None:
        self.let_go_of.append(upload_id)

    def close(self, taken: Taken) -> None:
        self.taken.append(taken)


def _uploading(world: World, memory: Memory) -> UploadSmall:
    return UploadSmall(
        begin=cast("BeginUpload", cast("Any", world)),
        rows=cast("Any", world),
        closing=world,
        closer=Closer(uuid4(), SpoolId(uuid4())),
        pursuit=world,
        types=TypeCheck(None, lambda _: frozenset()),
        digest=digest_of,
        memory=memory,
    )


async def _body(size_bytes: int, *, torn: bool = False) -> AsyncIterator[bytes]:
    yield bytes(size_bytes)
    if torn:
        raise ConnectionResetError


async def _send(small: UploadSmall, size_bytes: int, *, torn: bool = False) -> None:
    call = cast("Any", small)
    await call(None, None, _body(size_bytes, torn=torn), most_bytes=600, idempotency_key=None)


async def test_its_memory_is_taken_until_nobody_has_it() -> None:
    world, memory = World(), Memory(1000)
    small = _uploading(world, memory)
    assert small.takes(600)
    await _send(small, 500)
    (taken,) = world.taken
    assert taken.content is not None
    assert taken.content.data == bytes(500)
    assert not small.takes(600)
    del taken
    world.taken.clear()
    gc.collect()
    assert small.takes(1000)


@pytest.mark.parametrize(
    ("world", "size_bytes", "torn", "error"),
    [
        (World(), 500, True, ConnectionResetError),
        (World(), MAX_BYTES + 1, False, ContentTooLarge),
        (World(failing=True), 500, False, DatabaseUnavailable),
    ],
    ids=["torn", "too large", "database away"],
)
async def test_its_memory_is_given_back_where_it_fails(
    world: World, size_bytes: int, torn: bool, error: type[Exception]
) -> None:
    small = _uploading(world, Memory(1000))
    send = asyncio.create_task(_send(small, size_bytes, torn=torn))
    await asyncio.wait([send])
    assert isinstance(send.exception(), error)
    del send
    gc.collect()
    assert small.takes(1000)
    assert not world.taken


async def test_what_perhaps_began_is_let_go_of() -> None:
    world = World(failing=True)
    with pytest.raises(DatabaseUnavailable):
        await _send(_uploading(world, Memory()), 5)
    assert world.let_go_of == [ADraft.id]


async def test_what_began_before_is_not_put() -> None:
    world = World(again=True)
    await _send(_uploading(world, Memory()), 5)
    assert not world.taken


@pytest.mark.parametrize(
    ("most_bytes", "is_taken"), [(0, True), (SMALL_BYTES, True), (SMALL_BYTES + 1, False)]
)
def test_small_has_a_bound(most_bytes: int, is_taken: bool) -> None:
    small = _uploading(World(), Memory())
    assert small.takes(most_bytes) is is_taken
    assert not small.takes(None)
