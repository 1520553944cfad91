"""A chunk's file is damaged, cut or gone before it was sent: it is asked for, and never sent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service.caller import data_of, problem_of
from tests.service.content import PART_BYTES, cut
from tests.service.doubt.story import LARGE, SMALL, Story


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


DAMAGE = {"flipped": flip, "cut short": cut_short, "gone": Path.unlink}


@pytest.mark.survives(
    "A chunk's file is damaged, cut short or gone",
    "It is reported missing, takes only the same bytes back, and is never sent",
)
@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["single", "multipart"])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
async def test_a_damaged_chunk_is_asked_for_and_never_sent(
    story: Story, content: bytes, damage: Callable[[Path], None]
) -> None:
    session = await story.sent(content, relay="on_completion")
    damage(next(story.own.spool.glob(f"*{session.id}.0.*")))
    answer = await story.settled(session, content)
    assert problem_of(answer, 409) == "upload-incomplete"
    assert answer.json()["missing"] == ["0"]
    assert story.double.keys(story.bucket) == []
    first = cut(content, PART_BYTES)[0]
    other = problem_of(await session.put(0, bytes(len(first))), 409)
    assert other == "chunk-conflict"
    data_of(await session.put(0, first))
    await story.ends_stored(session, content)
