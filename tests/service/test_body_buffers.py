"""Where many bodies come at once each has one buffer: who waits for more has let go of the last."""

import pytest

from chunk_service.adapters.spool import writer
from chunk_service.api import body_buffers
from chunk_service.api.body_buffers import BodyBuffers
from tests.service.caller import Caller
from tests.service.content import content_of
from tests.service.stores import on_one_store

_BUFFER_BYTES = writer.GATHER_BYTES
_BUFFERS = 16
_CONTENT = content_of(_BUFFERS * _BUFFER_BYTES)
# A thread lets go of what it wrote a moment after it says that it is done.
_MOST_LATE = _BUFFERS // 4


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whenever a buffer is taken, whether the one before it is looked at still."""
    monkeypatch.setattr(writer, "FEW_WRITERS", 0)
    monkeypatch.setattr(body_buffers, "LARGEST_BYTES", _BUFFER_BYTES)
    taken: list[bytearray] = []
    held: list[bool] = []
    take = BodyBuffers.take

    def noting(self: BodyBuffers) -> bytearray:
        held.append(bool(taken) and body_buffers.is_looked_at(taken[-1]))
        taken.append(take(self))
        return taken[-1]

    monkeypatch.setattr(BodyBuffers, "take", noting)
    return held


@on_one_store
@pytest.mark.parametrize("way", ["chunk", "chunk as a form", "file", "file as a form"])
async def test_a_body_lets_go_of_each_buffer_before_it_takes_the_next(
    caller: Caller, held: list[bool], way: str
) -> None:
    match way:
        case "chunk":
            answer = await (await caller.begin()).put(0, _CONTENT)
        case "chunk as a form":
            answer = await (await caller.begin()).form(0, _CONTENT)
        case "file":
            answer = await caller.client.put("/files/a.bin", content=_CONTENT)
        case _:
            answer = await caller.client.post("/upload", files={"file": ("a.bin", _CONTENT)})
    assert answer.is_success, answer.text
    assert len(held) >= _BUFFERS - 1
    assert sum(held) <= _MOST_LATE
