"""A file in one request, whose process dies or whose steps take long; repeated with its key."""

import asyncio
import base64
import hashlib
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from chunk_service.adapters.digests import CRCS
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.usecases import upload_small
from tests.doubles.s3.faults import answering
from tests.machine.instance import answer_of
from tests.machine.steps import Failing
from tests.service.recovery.conftest import OpenScene
from tests.service.recovery.scene import Scene

CONTENT = b"0123456789"
SMALL = b"0123"
EXPIRED = timedelta(minutes=3)
# What is to be held against a checksum is recorded first, and completed in a step of its own.
CHECKED = "?checksum=" + quote(
    str(Checksum.of_int(Algorithm.CRC64NVME, CRCS[Algorithm.CRC64NVME](CONTENT, 0)))
)


@pytest.fixture(autouse=True)
def in_miniature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_small, "SMALL_BYTES", len(SMALL))


def _put(
    scene: Scene,
    *,
    at: int = 0,
    headers: dict[str, str] | None = None,
    query: str = "",
    content: bytes = CONTENT,
) -> "asyncio.Task[httpx.Response]":
    return scene.world.at(at).asking(
        "PUT",
        f"/files/a.bin{query}",
        content=content,
        headers={"Idempotency-Key": "one", **(headers or {})},
    )


async def _is_stored(scene: Scene, answer: httpx.Response | None, content: bytes = CONTENT) -> None:
    assert answer is not None
    assert answer.status_code == 201, answer.text
    document = answer.json()
    world = scene.world
    assert world.double.content(world.bucket, document["file_key"]) == content
    rows = await world.rows()
    events = [event["type"] for event in rows.of(rows.events, document["file_id"])]
    assert events == ["upload.completed"]


@pytest.mark.survives(
    "One request: hashing the whole file takes longer than COMPLETE_WAIT",
    "the request waits for it; the file is not given up",
)
async def test_a_long_hash_is_waited_for(opened: OpenScene) -> None:
    async with opened(1, complete_wait=timedelta(seconds=0.3)) as scene:
        held = scene.first.steps.hold("spool.sha256")
        digest = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
        digested = {"Content-Digest": f"sha-256=:{digest}:"}
        request = _put(scene, headers=digested)
        await held.reached.wait()
        await asyncio.sleep(0.6)
        held.let_go.set()
        while (answer := await answer_of(request)) is not None and answer.status_code == 503:
            request = _put(scene, headers=digested)
        await _is_stored(scene, answer)
        assert len((await scene.world.rows()).uploads) == 1


@pytest.mark.survives(
    "One request: the process dies before its upload is completing",
    "the upload expires, and the repeated request begins anew",
)
@pytest.mark.parametrize(
    ("failing", "step", "query"),
    [
        (Failing.DIES_AFTER, "beginning.begin", ""),
        (Failing.DIES_BEFORE, "spool.create", ""),
        (Failing.DIES_BEFORE, "writer.finish", ""),
        (Failing.DIES_BEFORE, "receiving.record_whole", ""),
        (Failing.DIES_BEFORE, "receiving.record", CHECKED),
        (Failing.DIES_AFTER, "receiving.record", CHECKED),
        (Failing.DIES_BEFORE, "closing.begin_completing", CHECKED),
    ],
)
async def test_what_died_early_begins_anew(
    scene: Scene, failing: Failing, step: str, query: str
) -> None:
    await scene.dies(scene.first, failing, step)
    assert await answer_of(_put(scene, query=query)) is None
    waiting = await answer_of(_put(scene, at=1, query=query))
    assert waiting is not None
    assert waiting.status_code == 409, waiting.text
    await scene.go_on(EXPIRED)
    await scene.second.work(scene.second.use_cases.expire())
    await _is_stored(scene, await answer_of(_put(scene, at=1, query=query)))


@pytest.mark.survives(
    "One request: the process dies, or an answer is lost, when its upload is completing",
    "the repeated request gets the one file that comes of it",
)
@pytest.mark.parametrize(
    ("failing", "step", "query"),
    [
        (Failing.DIES_AFTER, "receiving.record_whole", ""),
        (Failing.ANSWER_LOST, "receiving.record_whole", ""),
        (Failing.DIES_AFTER, "closing.begin_completing", CHECKED),
        (Failing.ANSWER_LOST, "closing.begin_completing", CHECKED),
        (Failing.DIES_BEFORE, "store.put_object", ""),
        (Failing.DIES_AFTER, "store.put_object", ""),
        (Failing.DIES_BEFORE, "ending.end", ""),
        (Failing.DIES_AFTER, "ending.end", ""),
    ],
)
async def test_what_died_late_is_found(
    scene: Scene, failing: Failing, step: str, query: str
) -> None:
    await scene.dies(scene.first, failing, step)
    first = await answer_of(_put(scene, query=query))
    assert first is None or first.status_code in (201, 503), first.text
    await scene.go_on()
    await _is_stored(scene, await answer_of(_put(scene, at=1, query=query)))
    rows = await scene.world.rows()
    assert len(rows.uploads) == 1


@pytest.mark.survives(
    "One request: the answer to the step that records and completes is lost",
    "the same request goes on and is answered",
)
async def test_a_file_whose_recording_was_not_answered_is_stored(scene: Scene) -> None:
    await scene.dies(scene.first, Failing.ANSWER_LOST, "receiving.record_whole")
    await _is_stored(scene, await answer_of(_put(scene)))


@pytest.mark.survives(
    "One request: the database goes away before its file is recorded",
    "503 at once, the upload is aborted and nothing is left",
)
async def test_a_file_that_was_surely_not_recorded_leaves_nothing(scene: Scene) -> None:
    await scene.dies(scene.first, Failing.DATABASE_AWAY, "receiving.record_whole")
    refused = await answer_of(_put(scene))
    assert refused is not None
    assert refused.status_code == 503, refused.text
    assert await scene.spooled() == []
    await scene.go_on()
    await _is_stored(scene, await answer_of(_put(scene, at=1)))


async def _states(scene: Scene) -> list[str]:
    return [str(row["state"]) for row in (await scene.world.rows()).uploads]


@pytest.mark.survives(
    "One request: the process dies before it put a small file, which is in memory only",
    "the upload fails, and the repeated request begins anew",
)
@pytest.mark.parametrize(
    ("failing", "step"),
    [
        (Failing.DIES_AFTER, "beginning.begin_in_memory"),
        (Failing.DIES_BEFORE, "store.put_object"),
    ],
)
async def test_a_small_file_that_died_early_begins_anew(
    scene: Scene, failing: Failing, step: str
) -> None:
    await scene.dies(scene.first, failing, step)
    assert await answer_of(_put(scene, content=SMALL)) is None
    waiting = await answer_of(_put(scene, at=1, content=SMALL))
    assert waiting is not None
    assert waiting.status_code == 503, waiting.text
    await scene.go_on()
    assert await _states(scene) == ["failed"]
    await _is_stored(scene, await answer_of(_put(scene, at=1, content=SMALL)), SMALL)


@pytest.mark.survives(
    "One request: the process dies after it put a small file, which is in memory only",
    "the repeated request gets the one file that comes of it",
)
@pytest.mark.parametrize(
    ("failing", "step"),
    [
        (Failing.DIES_AFTER, "store.put_object"),
        (Failing.DIES_BEFORE, "ending.end"),
        (Failing.DIES_AFTER, "ending.end"),
        (Failing.ANSWER_LOST, "ending.end"),
    ],
)
async def test_a_small_file_that_died_late_is_found(
    scene: Scene, failing: Failing, step: str
) -> None:
    await scene.dies(scene.first, failing, step)
    first = await answer_of(_put(scene, content=SMALL))
    assert first is None or first.status_code in (201, 503), first.text
    await scene.go_on()
    await _is_stored(scene, await answer_of(_put(scene, at=1, content=SMALL)), SMALL)
    assert await _states(scene) == ["stored"]


@pytest.mark.survives(
    "One request: whether a small file's upload began is not known", "503, and it is begun once"
)
async def test_a_small_file_whose_beginning_was_not_answered(scene: Scene) -> None:
    await scene.dies(scene.first, Failing.ANSWER_LOST, "beginning.begin_in_memory")
    refused = await answer_of(_put(scene, content=SMALL))
    assert refused is not None
    assert refused.status_code == 503, refused.text
    await scene.go_on()
    assert await _states(scene) == ["failed"]
    await _is_stored(scene, await answer_of(_put(scene, content=SMALL)), SMALL)


@pytest.mark.survives(
    "One request: the store refuses a small file for a moment", "it is put again from memory"
)
async def test_a_small_file_outlasts_a_moment_of_the_store(scene: Scene) -> None:
    scene.world.double.fail("PutObject", answering("SlowDown"), times=2)
    request = _put(scene, content=SMALL)
    while (answer := await answer_of(request)) is not None and answer.status_code == 503:
        request = _put(scene, content=SMALL)
    await _is_stored(scene, answer, SMALL)
    assert await _states(scene) == ["stored"]


@pytest.mark.survives(
    "One request: a small file is found to be lost while a repeated request waits for it",
    "503, and the next repeat begins anew",
)
async def test_a_loss_that_a_repeat_waits_for(opened: OpenScene) -> None:
    async with opened(2, complete_wait=timedelta(seconds=30)) as scene:
        await scene.dies(scene.first, Failing.DIES_BEFORE, "store.put_object")
        assert await answer_of(_put(scene, content=SMALL)) is None
        looking = scene.second.steps.hold("reading.read")
        waiting = _put(scene, at=1, content=SMALL)
        await looking.reached.wait()
        looking.let_go.set()
        await scene.go_on()
        answer = await answer_of(waiting)
        assert answer is not None
        assert answer.status_code == 503, answer.text
        await _is_stored(scene, await answer_of(_put(scene, at=1, content=SMALL)), SMALL)
