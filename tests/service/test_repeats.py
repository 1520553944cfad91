"""Whatever is asked again gets the same answer, and a chunk never changes."""

import asyncio
from collections import Counter

import pytest

from tests.service.caller import Caller, data_of, problem_of
from tests.service.content import MIB, content_of
from tests.service.deployment import Deployment
from tests.service.raw import head, speak
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.tokens import token
from tests.service.waiting import until

pytestmark = on_one_store

_CONTENT = content_of(100_000)
_OTHER = _CONTENT[:-1] + bytes([_CONTENT[-1] ^ 1])


@pytest.mark.parametrize("members", [{}, {"chunk_size": len(_CONTENT)}])
async def test_a_chunk_sent_again_is_taken_and_said_to_be_repeated(
    caller: Caller, members: dict[str, int]
) -> None:
    session = await caller.begin(**members)
    first = data_of(await session.put(0, _CONTENT))
    assert first == {"chunk_index": 0, "size": len(_CONTENT), "repeated": False}
    for again in (await session.put(0, _CONTENT), await session.form(0, _CONTENT)):
        assert data_of(again) == first | {"repeated": True}
    assert (await session.status())["received_bytes"] == len(_CONTENT)


@pytest.mark.parametrize("size", [100_000, 2 * MIB])
@pytest.mark.parametrize("members", [{}, {"chunk_size": 2 * MIB}])
@pytest.mark.survives("Chunks: the same twenty times at once", "one chunk, equal answers")
async def test_twenty_at_once_are_one_chunk(
    caller: Caller, deployment: Deployment, members: dict[str, int], size: int
) -> None:
    content = content_of(size)
    session = await caller.begin(**members)
    answers = await asyncio.gather(*(session.put(0, content) for _ in range(20)))
    assert Counter(data_of(answer)["repeated"] for answer in answers) == {False: 1, True: 19}
    data = await session.stored(1)
    assert deployment.bucket.read(data["key"]) == content


@pytest.mark.survives(
    "Chunks: other bytes under one index, at once", "the first stays, the rest are conflicts"
)
async def test_of_twenty_different_ones_the_first_stays_and_the_rest_conflict(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin()
    contents = [bytes([number]) * 50_000 for number in range(20)]
    answers = await asyncio.gather(*(session.put(0, content) for content in contents))
    taken = [content for content, sent in zip(contents, answers, strict=True) if sent.is_success]
    refused = [answer for answer in answers if not answer.is_success]
    assert len(taken) == 1
    assert {problem_of(answer, 409) for answer in refused} == {"chunk-conflict"}
    data = await session.stored(1)
    assert deployment.bucket.read(data["key"]) == taken[0]


@pytest.mark.parametrize("other", [_OTHER, _CONTENT[:-1], _CONTENT + b"x", b""])
async def test_other_bytes_under_the_same_index_conflict_and_the_first_stay(
    caller: Caller, deployment: Deployment, other: bytes
) -> None:
    session = await caller.begin()
    await session.put(0, _CONTENT)
    for answer in (await session.put(0, other), await session.form(0, other)):
        assert problem_of(answer, 409) == "chunk-conflict"
    data = await session.stored(1)
    assert deployment.bucket.read(data["key"]) == _CONTENT


async def test_a_repeat_of_another_length_conflicts_before_its_body_is_asked_for(
    caller: Caller, service: RunningService
) -> None:
    session = await caller.begin()
    await session.put(0, _CONTENT)
    headers = {
        "Authorization": f"Bearer {token('alice')}",
        "Content-Length": str(len(_CONTENT) + 1),
        "Expect": "100-continue",
    }
    answer = await speak(service.port, head("PUT", f"/upload/{session.id}/chunks/0", headers))
    assert (answer.status, answer.problem) == (409, "chunk-conflict")


async def test_a_stored_upload_still_judges_repeats(caller: Caller) -> None:
    session = await caller.begin()
    await session.put(0, _CONTENT)
    await session.stored(1)
    assert data_of(await session.put(0, _CONTENT))["repeated"] is True
    assert data_of(await session.form(0, _CONTENT))["repeated"] is True
    assert problem_of(await session.put(0, _OTHER), 409) == "chunk-conflict"
    assert problem_of(await session.put(1, _CONTENT), 409) == "state-conflict"
    assert problem_of(await session.form(1, _CONTENT), 409) == "state-conflict"


async def test_complete_twice_gives_one_object_and_equal_answers(
    caller: Caller, deployment: Deployment
) -> None:
    before = deployment.bucket.keys()
    session = await caller.begin()
    await session.put(0, _CONTENT)
    first = await session.complete(1)
    again = await session.complete(1)
    assert data_of(first) == data_of(again)
    assert deployment.bucket.keys() - before == {data_of(first)["key"]}


async def test_a_completion_is_gone_with_its_file(caller: Caller) -> None:
    session = await caller.begin()
    await session.put(0, _CONTENT)
    key = (await session.stored(1))["key"]
    assert (await caller.client.delete(f"/files/{key}")).status_code == 200
    assert problem_of(await session.complete(1), 410) == "gone"


@pytest.mark.parametrize("size", [1000, 9 * MIB], ids=["one put", "multipart"])
@pytest.mark.survives(
    "Completion: asked for twenty times at once", "one object, one event, equal answers"
)
async def test_twenty_completes_at_once_make_one_object_and_one_event(
    caller: Caller, deployment: Deployment, size: int
) -> None:
    before = deployment.bucket.keys()
    session = await caller.begin()
    await session.put(0, content_of(size))
    answers = await asyncio.gather(*(session.complete(1) for _ in range(20)))
    assert len({answer.text for answer in answers}) == 1
    assert deployment.bucket.keys() - before == {data_of(answers[0])["key"]}
    query = "SELECT type FROM events WHERE upload_id = $1"
    assert [row["type"] for row in await deployment.fetch(query, session.id)] == [
        "upload.completed"
    ]


@pytest.mark.parametrize(
    "other", [{"total_chunks": 2}, {"main_service_file_id": 124}, {"total_size": 1}]
)
async def test_complete_again_with_other_arguments_conflicts(
    caller: Caller, other: dict[str, int]
) -> None:
    session = await caller.begin()
    await session.put(0, _CONTENT)
    first = await session.stored(1)
    answer = await session.complete(1, **other)
    assert problem_of(answer, 409) == "state-conflict"
    assert await session.stored(1) == first


async def test_an_idempotency_key_finds_the_same_upload(caller: Caller) -> None:
    key = {"Idempotency-Key": "key-1"}
    session = await caller.begin(key, metadata={"a": "1", "b": "2"})
    again = await caller.init(key, metadata={"b": "2", "a": "1"})
    assert data_of(again) == session.told
    assert (await caller.begin(metadata={"a": "1", "b": "2"})).id != session.id


async def test_an_idempotency_key_at_once_finds_one_upload(caller: Caller) -> None:
    key = {"Idempotency-Key": "key-2"}
    sessions = await asyncio.gather(*(caller.begin(key) for _ in range(10)))
    assert len({session.id for session in sessions}) == 1


async def test_an_idempotency_key_with_another_body_is_refused(caller: Caller) -> None:
    key = {"Idempotency-Key": "key-3"}
    await caller.begin(key)
    assert problem_of(await caller.init(key, total_size=1), 422) == "validation-failed"


async def test_an_idempotency_key_belongs_to_its_owner(caller: Caller, stranger: Caller) -> None:
    key = {"Idempotency-Key": "key-4"}
    mine, theirs = await caller.begin(key), await stranger.begin(key)
    assert mine.id != theirs.id
    await theirs.abort()


async def test_a_repeat_in_the_midst_of_the_clean_up_is_still_taken(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin()
    await session.put(0, _CONTENT)
    await session.stored(1)
    await until(deployment.leftovers, lambda left: not left)
    change = "UPDATE chunks SET state = $2 WHERE upload_id = $1"
    await deployment.fetch(change, session.id, "spooled")  # its file is gone, its row not yet noted
    assert data_of(await session.put(0, _CONTENT))["repeated"] is True
    await deployment.fetch(change, session.id, "relayed")
