"""An upload begins once for each idempotency key, and within the limits of its owner."""

import asyncio
from typing import Any

import pytest

from chunk_service.adapters.postgres.admission import AdmissionLimits
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import State
from chunk_service.domain.uploads import RelayMode, Upload
from chunk_service.usecases.beginning import IdempotencyKey, NoRoom
from tests.adapters.postgres.clock import Clock
from tests.fixtures.drafts import a_draft
from tests.fixtures.rows import ALICE, Rows

KEY = IdempotencyKey("key", b"fingerprint")
ROOM = 1000
AS_DRAFTED = (
    "id",
    "owner",
    "main_service_file_id",
    "original_file_name",
    "content_type",
    "metadata",
    "bucket",
    "key",
    "total_size",
    "total_chunks",
    "relay_mode",
    "part_checksum",
    "checksum",
)


def limited(rows: Rows, *, open_limit: int = 1000, **limits: Any) -> Rows:
    values = {"spool": 10**9, "high_water": 10**9, **limits}
    return Rows(rows.database, rows.spool_id, AdmissionLimits(**values), open_limit)


async def test_what_was_drafted_is_read_back(rows: Rows) -> None:
    draft = a_draft(
        chunk_size=12,
        total_size=40,
        total_chunks=4,
        checksum=Checksum.of_int(Algorithm.CRC32C, 7),
        part_checksum=Algorithm.CRC32,
        original_file_name='né "日本" 🎵.mp3',
        main_service_file_id="a-1",
        metadata={"a": "b\\", '"': "é"},
        content_type=None,
    )
    assert await rows.try_begin(draft) is not None
    found = await rows.reading.find(Principal(owner="alice", file_id="a-1"), draft.id)
    assert found is not None
    for name in AS_DRAFTED:
        assert getattr(found, name) == getattr(draft, name)
    assert (found.part_size, found.chunk_size, found.max_size) == (8, 12, 10_000)
    assert (found.state, found.is_free, found.highest_index) == (State.OPEN, False, -1)


async def test_a_key_finds_the_upload_that_it_began(rows: Rows) -> None:
    first = await rows.try_begin(a_draft(), KEY)
    assert isinstance(first, Upload)
    assert await rows.try_begin(a_draft(), KEY) is None
    earlier = await rows.beginning.find_earlier("alice", KEY)
    assert earlier is not None
    assert (earlier.upload.id, earlier.fingerprint) == (first.id, b"fingerprint")


async def test_a_key_belongs_to_its_owner(rows: Rows) -> None:
    await rows.try_begin(a_draft(), KEY)
    assert await rows.beginning.find_earlier("bob", KEY) is None
    assert isinstance(await rows.try_begin(a_draft(owner="bob"), KEY), Upload)


async def test_a_key_lasts_a_day(rows: Rows, clock: Clock) -> None:
    first = await rows.try_begin(a_draft(), KEY)
    assert isinstance(first, Upload)
    await clock.advance(hours=23, minutes=59)
    earlier = await rows.beginning.find_earlier("alice", KEY)
    assert earlier is not None
    assert earlier.upload.id == first.id
    assert await rows.try_begin(a_draft(), KEY) is None
    await clock.advance(minutes=2)
    assert await rows.beginning.find_earlier("alice", KEY) is None
    again = await rows.try_begin(a_draft(), KEY)
    assert isinstance(again, Upload)
    assert again.id != first.id


async def test_of_many_with_one_key_at_once_one_begins(rows: Rows) -> None:
    for number in range(5):
        key = IdempotencyKey(f"key {number}", b"same")
        begun = await asyncio.gather(*(rows.try_begin(a_draft(), key) for _ in range(10)))
        uploads = [each for each in begun if isinstance(each, Upload)]
        assert len(uploads) == 1
        assert begun.count(None) == 9
        earlier = await rows.beginning.find_earlier("alice", key)
        assert earlier is not None
        assert earlier.upload.id == uploads[0].id


async def test_an_owner_has_so_many_open_uploads_even_when_all_come_at_once(rows: Rows) -> None:
    few = limited(rows, open_limit=3)
    begun = await asyncio.gather(*(few.try_begin(a_draft()) for _ in range(10)))
    assert begun.count(NoRoom.OPEN_UPLOADS) == 7
    assert isinstance(await few.try_begin(a_draft(owner="bob")), Upload)


@pytest.mark.parametrize("ended", [State.ABORTED, State.STORED, State.FAILED])
async def test_an_upload_that_ended_makes_room_for_another(rows: Rows, ended: State) -> None:
    few = limited(rows, open_limit=1)
    upload = await few.begin()
    assert await few.try_begin(a_draft()) is NoRoom.OPEN_UPLOADS
    await few.end(upload, ended)
    assert isinstance(await few.try_begin(a_draft()), Upload)


async def test_a_key_is_not_used_up_where_nothing_began(rows: Rows) -> None:
    assert await limited(rows, open_limit=0).try_begin(a_draft(), KEY) is NoRoom.OPEN_UPLOADS
    assert isinstance(await rows.try_begin(a_draft(), KEY), Upload)


@pytest.mark.parametrize("limit", ["stored_per_owner", "day_per_owner"])
async def test_declared_totals_stay_within_the_quota_even_when_all_come_at_once(
    rows: Rows, limit: str
) -> None:
    poor = limited(rows, **{limit: ROOM})
    begun = await asyncio.gather(*(poor.try_begin(a_draft(total_size=300)) for _ in range(8)))
    assert begun.count(NoRoom.QUOTA) == 5
    assert isinstance(await poor.try_begin(a_draft(total_size=100)), Upload)
    assert await poor.try_begin(a_draft(total_size=1)) is NoRoom.QUOTA


async def test_an_upload_that_keeps_all_its_bytes_books_them_at_once(rows: Rows) -> None:
    small = limited(rows, high_water=ROOM)
    kept: dict[str, Any] = {
        "relay_mode": RelayMode.ON_COMPLETION,
        "total_size": 600,
        "chunk_size": 200,
    }
    upload = await small.begin(**kept)
    assert await small.try_begin(a_draft(**kept)) is NoRoom.SPOOL
    for index in range(3):
        assert await small.put(upload, index, 200) is not None
    assert await small.try_begin(a_draft(**kept)) is NoRoom.SPOOL
    await small.end(await small.read(upload), State.ABORTED)
    await small.cleaning.drop_files(upload.id, small.spool_id)
    assert isinstance(await small.try_begin(a_draft(**kept)), Upload)


async def test_another_owner_or_file_finds_nothing(rows: Rows) -> None:
    upload = await rows.begin()
    assert await rows.reading.find(ALICE, upload.id) is not None
    assert await rows.reading.find(Principal(owner="bob"), upload.id) is None
    assert await rows.reading.find(Principal(owner="alice", file_id="12"), upload.id) is None
