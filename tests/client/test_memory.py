"""What is remembered comes back whole or not at all, for nobody else to read."""

import os
import stat
from pathlib import Path

import pytest

from chunk_service.client.memory import Memory, SavedUpload, Slot
from chunk_service.client.sources import Fingerprint
from chunk_service.client.wishes import Wish

SAVED = SavedUpload(
    path="/a/b",
    fingerprint=Fingerprint(size_bytes=1, modified_ns=2, inode=3),
    declared={"original_file_name": "ä", "total_size": 1},
    idempotency_key="key",
)


@pytest.fixture
def slot(tmp_path: Path) -> Slot:
    return Memory(tmp_path / "deep" / "state", "http://service").slot(Path("/a/b"), Wish())


def test_what_is_kept_comes_back(slot: Slot) -> None:
    assert slot.recall() is None
    slot.keep(SAVED)
    assert slot.recall() == SAVED
    slot.keep(SAVED.begun("id"))
    assert slot.recall() == SAVED.begun("id")
    slot.forget()
    assert slot.recall() is None
    slot.forget()


def test_only_its_user_can_read_it(slot: Slot) -> None:
    slot.keep(SAVED)
    assert stat.S_IMODE(slot.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(slot.file.parent.stat().st_mode) == 0o700
    assert [path.name for path in slot.file.parent.iterdir()] == [slot.file.name]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"fingerprint": 1}', b'{"fingerprint": {}}', b"\xff"]
)
def test_what_cannot_be_read_is_not_there(slot: Slot, content: bytes) -> None:
    slot.keep(SAVED)
    slot.file.write_bytes(content)
    assert slot.recall() is None


def test_each_service_file_and_wish_has_its_own(tmp_path: Path) -> None:
    slots = {
        Memory(tmp_path, url).slot(Path(path), wish).file
        for url in ("http://one", "http://two")
        for path in ("/a", "/b")
        for wish in (Wish(), Wish(file_id=7), Wish(metadata={"a": "b"}))
    }
    assert len(slots) == 12


def test_what_no_service_can_know_any_more_is_forgotten(slot: Slot) -> None:
    memory = Memory(slot.file.parent, "http://service")
    slot.keep(SAVED)
    memory.prune()
    assert slot.recall() == SAVED
    os.utime(slot.file, (0, 0))
    memory.prune()
    assert slot.recall() is None
