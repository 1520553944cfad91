"""Which windows may be sent, by whom and for how long, and what a noted part changes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.relaying import MOST_ATTEMPTS
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.states import State
from chunk_service.domain.uploads import ChunkState, RelayMode, Upload
from chunk_service.usecases.relaying import Claim
from tests.adapters.postgres.clock import Clock
from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import sent_window
from tests.fixtures.rows import LEASE_SECONDS, Rows

# What was declared, the chunks that came, the parts that may go.
SENDABLE: list[tuple[Mapping[str, Any], list[tuple[int, int]], list[int]]] = [
    ({"chunk_size": 8}, [(0, 8)], []),
    ({"chunk_size": 8}, [(0, 8), (1, 8)], [1, 2]),
    ({"chunk_size": 8}, [(1, 8)], [2]),
    ({"chunk_size": 8}, [(0, 8), (1, 1)], [1, 2]),
    ({"chunk_size": 8, "total_size": 8}, [(0, 8)], []),
    ({"chunk_size": 8, "total_size": 9}, [(0, 8)], [1]),
    ({"chunk_size": 8, "total_size": 12}, [(1, 4)], [2]),
    ({"chunk_size": 4}, [(1, 4), (2, 4)], []),
    ({"chunk_size": 4}, [(2, 4), (3, 4)], [2]),
    ({"chunk_size": 4, "total_size": 12}, [(2, 4)], [2]),
    ({"chunk_size": 24}, [(0, 24)], [1, 2, 3]),
    ({"chunk_size": 12}, [(0, 12)], [1]),
    ({"chunk_size": 12}, [(1, 12)], [3]),
    ({"chunk_size": 12}, [(0, 12), (1, 12)], [1, 2, 3]),
    ({}, [(0, 8)], []),
    ({}, [(0, 9)], [1]),
    ({}, [(0, 5), (2, 30)], []),
    ({}, [(0, 9), (2, 30)], [1]),
    ({"relay_mode": RelayMode.ON_COMPLETION, "chunk_size": 8}, [(0, 8), (1, 8)], []),
]


async def claimed(rows: Rows, upload: Upload) -> Claim:
    claim = await rows.claim(upload)
    assert claim is not None
    return claim


async def two_windows(rows: Rows) -> Upload:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.put(upload, 1, 8)
    return upload


async def test_a_window_may_go_as_soon_as_it_is_whole_and_not_the_only_one(rows: Rows) -> None:
    for declared, chunks, numbers in SENDABLE:
        await _check_sendable(rows, declared, chunks, numbers)


async def _check_sendable(
    rows: Rows, declared: Mapping[str, Any], chunks: list[tuple[int, int]], numbers: list[int]
) -> None:
    upload = await rows.begin(**declared)
    for index, length in chunks:
        await rows.put(upload, index, length)
    assert (upload.id in await rows.relaying.find_work(rows.spool_id, 10)) is bool(numbers)
    assert await rows.relay(upload) == numbers
    await audit(rows.database, upload.id)


@pytest.mark.parametrize("relay_mode", RelayMode)
async def test_what_is_left_goes_once_the_upload_is_completing(
    rows: Rows, relay_mode: RelayMode
) -> None:
    upload = await rows.begin(chunk_size=4, relay_mode=relay_mode)
    for index in range(5):
        await rows.put(upload, index, 4)
    early = await rows.relay(upload)
    assert await rows.complete(await rows.read(upload)) is not None
    assert early + await rows.relay(upload) == [1, 2, 3]
    parts = await rows.reading.parts(upload.id)
    assert [part.sent.size_bytes for part in parts if part.sent is not None] == [8, 8, 4]


async def test_the_chunk_that_outgrows_the_first_window_lets_that_go(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=4)
    recorded = [await rows.put(upload, index, 4) for index in range(4)]
    assert [each is not None and each.outgrows_window for each in recorded] == [
        False,
        False,
        True,
        False,
    ]
    assert [each is not None and each.lets_window_go for each in recorded] == [
        False,
        True,
        True,
        True,
    ]


async def test_a_chunk_without_a_place_lets_nothing_go(rows: Rows) -> None:
    upload = await rows.begin()
    recorded = await rows.put(upload, 1, 16)
    assert recorded is not None
    assert recorded.outgrows_window is recorded.completes_window is False


async def test_what_fits_one_part_is_never_claimed(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=4)
    await rows.put(upload, 0, 4)
    await rows.put(upload, 1, 4)
    await rows.complete(await rows.read(upload))
    assert await rows.claim(upload) is None


async def test_a_claim_brings_the_slices_of_its_window_in_order(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=3)
    for index in (5, 4, 3, 2):
        await rows.put(upload, index, 3)
    claim = await claimed(rows, upload)
    assert (claim.number, claim.size_bytes) == (2, 8)
    assert [(each.index, each.offset) for each in claim.slices()] == [
        (2, 2),
        (3, 0),
        (4, 0),
        (5, 0),
    ]
    assert [each.digest.size_bytes for each in claim.slices()] == [1, 3, 3, 1]


async def test_only_who_has_the_spool_claims(rows: Rows) -> None:
    upload = await two_windows(rows)
    other = await rows.beside()
    assert await other.claim(upload) is None
    assert await other.relaying.find_work(other.spool_id, 10) == []


async def test_a_claimed_window_is_free_again_when_its_lease_has_lapsed(
    rows: Rows, clock: Clock
) -> None:
    upload = await two_windows(rows)
    first, second = await claimed(rows, upload), await claimed(rows, upload)
    assert (first.number, first.has_more) == (1, True)
    assert (second.number, second.has_more) == (2, False)
    await clock.advance(seconds=LEASE_SECONDS - 1)
    assert await rows.claim(upload) is None
    await clock.advance(seconds=2)
    again = await claimed(rows, upload)
    assert (again.number, again.attempts) == (1, 2)


async def test_a_lease_is_renewed_by_its_holder_alone(rows: Rows, clock: Clock) -> None:
    upload = await two_windows(rows)
    claim = await claimed(rows, upload)
    await clock.advance(seconds=LEASE_SECONDS - 1)
    assert not await rows.relaying.renew(replace(claim, holder=uuid4()), LEASE_SECONDS)
    assert await rows.relaying.renew(claim, LEASE_SECONDS)
    await clock.advance(seconds=2)
    assert (await claimed(rows, upload)).number == 2


async def test_who_lost_the_lease_can_neither_renew_nor_give_back(rows: Rows, clock: Clock) -> None:
    upload = await two_windows(rows)
    claim = await claimed(rows, upload)
    await clock.advance(seconds=LEASE_SECONDS + 1)
    taken = await claimed(rows, upload)
    assert not await rows.relaying.renew(claim, LEASE_SECONDS)
    await rows.relaying.give_back(upload.id, claim.holder)
    assert (await claimed(rows, upload)).number == 2
    assert await rows.relaying.renew(taken, LEASE_SECONDS)


async def test_a_window_given_back_is_free_at_once_and_was_not_counted(rows: Rows) -> None:
    upload = await two_windows(rows)
    for _ in range(MOST_ATTEMPTS + 2):
        claim = await claimed(rows, upload)
        assert (claim.number, claim.attempts) == (1, 1)
        await rows.relaying.give_back(upload.id, claim.holder)


async def test_a_claim_that_was_not_answered_can_be_given_back_by_its_name(rows: Rows) -> None:
    upload = await two_windows(rows)
    holder = uuid4()
    await rows.relaying.claim(upload.id, rows.spool_id, holder, LEASE_SECONDS)
    await claimed(rows, upload)
    assert await rows.claim(upload) is None
    await rows.relaying.give_back(upload.id, uuid4())
    assert await rows.claim(upload) is None
    await rows.relaying.give_back(upload.id, holder)
    assert ((claim := await claimed(rows, upload)).number, claim.attempts) == (1, 1)


async def test_a_window_that_outlives_its_claimants_is_set_aside(rows: Rows, clock: Clock) -> None:
    upload = await two_windows(rows)
    for _ in range(MOST_ATTEMPTS):
        await claimed(rows, upload)
        await claimed(rows, upload)
        await clock.advance(seconds=LEASE_SECONDS + 1)
    assert await rows.claim(upload) is None
    assert await rows.relaying.find_work(rows.spool_id, 10) == []
    aside = await rows.relaying.find_set_aside(rows.spool_id, 10)
    assert sorted(aside) == [(upload.id, 1), (upload.id, 2)]


async def test_one_multipart_upload_wins(rows: Rows) -> None:
    upload = await rows.begin()
    assert await rows.relaying.multipart(upload.id) is None
    assert await rows.relaying.set_multipart(upload.id, MultipartId("first"))
    assert not await rows.relaying.set_multipart(upload.id, MultipartId("second"))
    assert await rows.relaying.multipart(upload.id) == "first"


async def test_an_ended_upload_gets_no_multipart_upload(rows: Rows) -> None:
    upload = await rows.begin()
    await rows.end(upload, State.ABORTED)
    assert not await rows.relaying.set_multipart(upload.id, MultipartId("late"))


async def test_a_file_may_go_when_the_last_part_of_it_is_noted(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=16)
    await rows.put(upload, 0, 16)
    file_name = (await rows.chunk(upload, 0)).file_name
    multipart = await rows.multipart(upload)
    done = []
    for _ in range(2):
        noted = await rows.note(await claimed(rows, upload), multipart)
        assert noted is not None
        done.append(list(noted.done_files))
    assert done == [[], [file_name]]
    assert (await rows.chunk(upload, 0)).state is ChunkState.RELAYED
    assert await rows.reading.count_relayed(upload.id) == 2


async def test_parts_are_noted_together_as_one_after_the_other(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=24)
    for index in (0, 1):
        await rows.put(upload, index, 24)
    names = [(await rows.chunk(upload, index)).file_name for index in (0, 1)]
    multipart = await rows.multipart(upload)
    claims = [await claimed(rows, upload) for _ in range(5)]
    sent = [(claim, sent_window(claim, multipart)) for claim in claims]
    some = await rows.relaying.note_etags(upload.id, multipart, sent[:1])
    assert some is not None
    assert list(some.done_files) == []
    again_and_more = await rows.relaying.note_etags(upload.id, multipart, sent)
    assert again_and_more is not None
    assert list(again_and_more.done_files) == names[:1]
    noted = [part.sent for part in await rows.reading.parts(upload.id) if part.sent is not None]
    assert [part.etag for part in noted] == [window.etag for _, window in sent]
    assert (await rows.chunk(upload, 1)).state is ChunkState.SPOOLED
    await audit(rows.database, upload.id)
    assert await rows.relay(upload) == [6]
    assert (await rows.chunk(upload, 1)).state is ChunkState.RELAYED


async def test_a_part_is_noted_once_and_the_first_etag_stays(rows: Rows) -> None:
    upload = await two_windows(rows)
    multipart = await rows.multipart(upload)
    claim = await claimed(rows, upload)
    await rows.note(claim, multipart)
    before = await rows.reading.parts(upload.id)
    again = await rows.note(claim, multipart)
    assert again is not None
    assert list(again.done_files) == []
    assert await rows.reading.parts(upload.id) == before
    await audit(rows.database, upload.id)


async def test_no_etag_is_noted_for_another_multipart_upload(rows: Rows) -> None:
    upload = await two_windows(rows)
    await rows.multipart(upload)
    assert await rows.note(await claimed(rows, upload), MultipartId("other")) is None
    assert await rows.reading.count_relayed(upload.id) == 0
    await audit(rows.database, upload.id)


@pytest.mark.parametrize("ended", [State.ABORTED, State.FAILED])
async def test_no_etag_is_noted_for_an_upload_that_ended(rows: Rows, ended: State) -> None:
    upload = await two_windows(rows)
    multipart = await rows.multipart(upload)
    claim = await claimed(rows, upload)
    await rows.end(await rows.read(upload), ended)
    assert await rows.note(claim, multipart) is None
    assert await rows.reading.count_relayed(upload.id) == 0
