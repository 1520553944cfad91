"""Every condition narrows, pages never repeat or skip, and a name is found by its index."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from chunk_service.adapters.postgres.file_search import FileSearchRows, pattern, search
from chunk_service.adapters.postgres.statements import Statement
from chunk_service.domain.principals import Principal
from chunk_service.usecases.change_file import FileChange
from chunk_service.usecases.find_files import FileSearch, FindFiles
from tests.adapters.postgres.clock import Clock
from tests.adapters.postgres.test_deleting import mark, stored
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.sql import text

NAMES = ("Résumé of Alice.pdf", "track 100%.mp3", "track_100.mp3", "notes.txt", "ÄRGER.txt")


async def library(rows: Rows) -> None:
    for name in NAMES:
        await stored(rows, original_file_name=name)


async def found(rows: Rows, owner: str = "alice", **wanted: Any) -> list[str]:
    files = await FileSearchRows(rows.database).search(owner, FileSearch(limit=100, **wanted))
    return [file.name for file in files]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ([], list(reversed(NAMES))),
        (["track"], ["track_100.mp3", "track 100%.mp3"]),
        (["100", "TRACK"], ["track_100.mp3", "track 100%.mp3"]),
        (["100%"], ["track 100%.mp3"]),
        (["track_"], ["track_100.mp3"]),
        (["résumé"], ["Résumé of Alice.pdf"]),
        (["ärger"], ["ÄRGER.txt"]),
        (["no"], ["notes.txt"]),
        (["tr"], ["track_100.mp3", "track 100%.mp3"]),
        (["es"], []),
        (["\\"], []),
        (["nothing like it"], []),
    ],
)
async def test_all_words_must_be_in_the_name(
    rows: Rows, words: Sequence[str], names: list[str]
) -> None:
    await library(rows)
    assert await found(rows, words=words) == names


async def test_nobody_finds_what_is_anothers_or_deleted(rows: Rows) -> None:
    file = await stored(rows)
    assert await found(rows, "bob") == []
    await mark(rows, file)
    assert await found(rows) == []


async def test_conditions_narrow(rows: Rows, clock: Clock) -> None:
    await stored(rows, original_file_name="old.mp3", metadata={"take": "1", "by": "x"})
    await clock.advance(days=2)
    await stored(rows, original_file_name="page.html", content_type="text/html")
    (moment,) = await rows.database.rows(text("SELECT service_now() - interval '1 day' AS then"))
    then: datetime = moment["then"]
    assert await found(rows, since=then) == ["page.html"]
    assert await found(rows, until=then) == ["old.mp3"]
    assert await found(rows, content_type="audio/*") == ["old.mp3"]
    assert await found(rows, content_type="text/html") == ["page.html"]
    assert await found(rows, metadata={"take": "1"}) == ["old.mp3"]
    assert await found(rows, metadata={"take": "3"}) == []
    assert await found(rows, min_size=8, max_size=8, words=["old"]) == ["old.mp3"]
    assert await found(rows, min_size=9) == []
    assert await found(rows, max_size=7) == []


async def test_pages_hold_every_file_once_also_where_all_are_of_one_moment(rows: Rows) -> None:
    for _ in range(7):
        await stored(rows)
    await rows.database.run(text("UPDATE files SET created_at = service_now()"))
    find, seen, behind = FindFiles(FileSearchRows(rows.database)), [], None
    while True:
        page = await find(ALICE, FileSearch(limit=3, behind=behind))
        seen += [file.id for file in page.files]
        if page.following is None:
            break
        behind = page.following
    assert len(seen) == len(set(seen)) == 7


_MANY = """
    INSERT INTO files (id, upload_id, owner, main_service_file_id, name, content_type, bucket, key,
        size_bytes, etag)
    SELECT id, id, 'alice', '1', md5(id::text) || '.mp3', 'audio/mpeg', 'bucket', 'uploads/' || id,
        1, '"e"'
    FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 20000)) AS many
"""


async def test_a_name_is_found_by_its_index(rows: Rows) -> None:
    await rows.database.run(text(_MANY))
    await rows.database.run(text("VACUUM ANALYZE files"))
    searching = search(1)
    nothing = ("content_type", "type_family", "since", "until", "min_size", "max_size")
    values = dict.fromkeys((*nothing, "behind_at", "behind"))
    explained = await rows.database.rows(
        Statement(f"EXPLAIN {searching.text}", searching.names),
        **values,
        owner="alice",
        word_0=pattern("no such word"),
        metadata="{}",
        limit=10,
    )
    plan = [str(row["QUERY PLAN"]) for row in explained]
    assert any("files_by_name" in line for line in plan), plan


async def test_a_change_is_told_and_leaves_the_rest(rows: Rows, clock: Clock) -> None:
    file = await stored(rows)
    await clock.advance(hours=1)
    change = FileChange(name="new.mp3", metadata=None)
    changed = await rows.files.change(ALICE, file.key, change)
    assert changed is not None
    assert (changed.name, changed.metadata, changed.key) == ("new.mp3", file.metadata, file.key)
    assert changed.updated_at - file.updated_at >= timedelta(hours=1)
    emptied = await rows.files.change(ALICE, file.key, FileChange(name=None, metadata={}))
    assert emptied is not None
    assert (emptied.name, emptied.metadata) == ("new.mp3", {})
    assert await rows.files.change(Principal(owner="bob"), file.key, change) is None
    assert not await mark(rows, file)
    assert await mark(rows, emptied)
    assert await rows.files.change(ALICE, file.key, change) is None
