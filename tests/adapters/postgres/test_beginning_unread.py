"""An upload that nobody looked at begins to complete where it is whole beyond question, or not."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.completion import Completion, is_whole
from chunk_service.domain.errors import ValidationFailed
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload, Way
from chunk_service.usecases.closing import Closer, Taken, Unread
from tests.fixtures.rows import Rows

CRC = Checksum.of_int(Algorithm.CRC64NVME, 7)


def wanted_of(upload: Upload, **changes: Any) -> Completion:
    whole = Completion(upload.id, 2, upload.main_service_file_id, None, None)
    return replace(whole, **changes)


async def begin(rows: Rows, unread: Unread, wanted: Completion) -> Taken | None:
    return await rows.closing.begin_completing(unread, wanted, Closer(uuid4(), rows.spool_id))


def unread_of(upload: Upload, **changes: Any) -> Unread:
    return replace(Unread(upload.id, Principal(owner=upload.owner), Way.CHUNKS), **changes)


async def sent(rows: Rows, *chunks: int, **declared: Any) -> Upload:
    upload = await rows.begin(**{"chunk_size": 8, "part_size": 64} | declared)
    for index in chunks:
        await rows.put(upload, index, 8)
    return await rows.read(upload)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({}, {}),
        ({"total_size": 16}, {}),
        ({"total_chunks": 2}, {"total_size": 16}),
        ({"main_service_file_id": 17}, {}),
        ({"main_service_file_id": 17}, {"main_service_file_id": "17"}),
        ({"main_service_file_id": None}, {}),
        ({"chunk_size": None}, {}),
    ],
)
async def test_what_is_whole_begins_as_if_it_had_been_judged(
    rows: Rows, declared: dict[str, Any], said: dict[str, Any]
) -> None:
    upload = await sent(rows, 0, 1, **declared)
    wanted = wanted_of(upload, **said)
    assert is_whole(upload, wanted)
    taken = await begin(rows, unread_of(upload), wanted)
    assert taken is not None
    assert taken.upload == await rows.read(upload)
    assert taken.upload.state is State.COMPLETING
    assert [chunk.index for chunk in taken.chunks or ()] == [0, 1]
    assert await begin(rows, unread_of(upload), wanted) is None


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({}, {"total_chunks": 3}),
        ({}, {"total_chunks": 1}),
        ({}, {"total_size": 15}),
        ({}, {"main_service_file_id": "another"}),
        ({}, {"main_service_file_id": None}),
        ({"main_service_file_id": None}, {"main_service_file_id": "None"}),
        ({"total_size": 24}, {}),
        ({"total_chunks": 3}, {}),
        ({"checksum": CRC}, {}),
    ],
)
async def test_what_would_have_to_be_judged_stays_open(
    rows: Rows, declared: dict[str, Any], said: dict[str, Any]
) -> None:
    upload = await sent(rows, 0, 1, **declared)
    assert await begin(rows, unread_of(upload), wanted_of(upload, **said)) is None
    assert (await rows.read(upload)).state is State.OPEN


@pytest.mark.parametrize(
    "changes",
    [
        {"principal": Principal(owner="another")},
        {"principal": Principal(owner="alice", file_id="another")},
        {"way": Way.WHOLE},
    ],
)
async def test_nobody_begins_what_is_not_theirs(rows: Rows, changes: dict[str, Any]) -> None:
    upload = await sent(rows, 0, 1)
    assert await begin(rows, unread_of(upload, **changes), wanted_of(upload)) is None
    assert (await rows.read(upload)).state is State.OPEN


async def test_chunks_that_came_early_are_put_in_order_first(rows: Rows) -> None:
    upload = await sent(rows, 1, 0, chunk_size=None)
    assert await begin(rows, unread_of(upload), wanted_of(upload)) is None
    await rows.place_all(upload)
    assert await begin(rows, unread_of(upload), wanted_of(upload)) is not None


@pytest.mark.parametrize("total_chunks", [1, 2, 3])
@pytest.mark.parametrize("total_size", [None, 8, 16, 24])
@pytest.mark.parametrize("declared", [{}, {"total_chunks": 2}, {"total_size": 16}])
@pytest.mark.parametrize("chunks", [(), (0,), (1,), (0, 1), (0, 1, 2)])
async def test_it_is_judged_as_the_domain_does(
    rows: Rows,
    chunks: tuple[int, ...],
    declared: dict[str, int],
    total_size: int | None,
    total_chunks: int,
) -> None:
    upload = await sent(rows, *[each for each in chunks if each < 2 or not declared], **declared)
    wanted = wanted_of(upload, total_chunks=total_chunks, total_size=total_size)
    taken = await begin(rows, unread_of(upload), wanted)
    assert (taken is not None) == _is_whole(upload, wanted)


def _is_whole(upload: Upload, wanted: Completion) -> bool:
    try:
        return is_whole(upload, wanted)
    except ValidationFailed:
        return False
