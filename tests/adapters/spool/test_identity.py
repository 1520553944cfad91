"""A folder gets an id where nothing can be lost by it, and is refused where it is another's."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from chunk_service.adapters.spool import mark
from chunk_service.adapters.spool.identity import create_spool, identify_spool
from chunk_service.adapters.spool.mark import (
    ID_FILE,
    SpoolIdentityError,
    make_spool_id,
    read_spool_id,
)
from chunk_service.domain.uploads import SpoolId


class Rows:
    """The spools of one database; `live`: some upload has bytes in one of them."""

    def __init__(self, *, live: bool = False) -> None:
        self.known: set[SpoolId] = set()
        self.live = live

    async def is_known(self, spool_id: SpoolId) -> bool:
        return spool_id in self.known

    async def add(self, spool_id: SpoolId) -> None:
        self.known.add(spool_id)

    async def has_live_chunks(self) -> bool:
        return self.live


class DyingRows(Rows):
    """The process dies after `calls` of its calls to the database."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self._left = calls

    async def add(self, spool_id: SpoolId) -> None:
        if not self._left:
            raise ConnectionError
        self._left -= 1
        await super().add(spool_id)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "spool"


async def test_a_new_folder_becomes_a_spool_of_the_database(folder: Path) -> None:
    rows = Rows()
    spool_id = await identify_spool(folder, rows)
    assert rows.known == {spool_id}
    assert read_spool_id(folder) == spool_id
    assert [path.name for path in folder.iterdir()] == [ID_FILE]


async def test_a_known_folder_keeps_its_id_whatever_lies_elsewhere(folder: Path) -> None:
    rows = Rows()
    spool_id = await identify_spool(folder, rows)
    rows.live = True
    assert await identify_spool(folder, rows) == spool_id
    assert rows.known == {spool_id}


@pytest.mark.survives("Spool: the folder of another deployment", "refused at start")
async def test_a_folder_of_another_database_is_refused(folder: Path) -> None:
    await identify_spool(folder, Rows())
    with pytest.raises(SpoolIdentityError, match="another database"):
        await identify_spool(folder, Rows())


@pytest.mark.survives("Spool: its volume is not mounted", "no empty one is made in its place")
async def test_no_id_is_made_unasked_while_bytes_lie_elsewhere(folder: Path) -> None:
    with pytest.raises(SpoolIdentityError, match="spool create"):
        await identify_spool(folder, Rows(live=True))
    assert read_spool_id(folder) is None


@pytest.mark.survives("Spool: the file with its id is damaged", "refused at start, and said how")
@pytest.mark.parametrize("text", [b"", b"\0" * 37, b"not an id", b"\xff\xfe"])
async def test_a_damaged_id_is_refused_in_a_sentence_and_not_replaced(
    folder: Path, text: bytes
) -> None:
    rows = Rows()
    await identify_spool(folder, rows)
    (folder / ID_FILE).write_bytes(text)
    with pytest.raises(SpoolIdentityError, match="spool list"):
        await identify_spool(folder, rows)
    assert (folder / ID_FILE).read_bytes() == text


@pytest.mark.survives(
    "Power: cut after a spool was made", "the folder is there, like what was put into it"
)
def test_a_new_folder_is_durable_in_every_folder_above_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []

    def note(path: Path) -> None:
        assert path.is_dir()
        synced.append(path)

    monkeypatch.setattr(mark, "sync_folder", note)
    make_spool_id(folder, SpoolId(uuid4()))
    assert synced == [folder.parent.parent, folder.parent, folder]


async def test_an_operator_may_add_a_spool_while_bytes_lie_elsewhere(folder: Path) -> None:
    rows = Rows(live=True)
    spool_id = await create_spool(folder, rows)
    assert await identify_spool(folder, rows) == spool_id


@pytest.mark.parametrize("calls", [0, 1])
async def test_a_process_that_dies_while_it_makes_a_spool_does_not_lock_out_the_next(
    folder: Path, calls: int
) -> None:
    dying = DyingRows(calls)
    with pytest.raises(ConnectionError):
        await identify_spool(folder, dying)
    rows = Rows()
    rows.known = dying.known
    assert await identify_spool(folder, rows) in rows.known


def test_everyone_who_makes_an_id_at_once_gets_the_same(folder: Path) -> None:
    contenders = 8
    start = threading.Barrier(contenders)

    def make() -> SpoolId:
        start.wait()
        return make_spool_id(folder, SpoolId(uuid4()))

    with ThreadPoolExecutor(contenders) as threads:
        made = {each.result() for each in [threads.submit(make) for _ in range(contenders)]}
    assert made == {read_spool_id(folder)}
    assert [path.name for path in folder.iterdir()] == [ID_FILE]


async def test_processes_that_start_at_once_agree_on_one_spool(folder: Path) -> None:
    rows = Rows()
    found = await asyncio.gather(*(identify_spool(folder, rows) for _ in range(8)))
    assert set(found) == {read_spool_id(folder)}
    assert set(found) <= rows.known
