"""A chunk that cannot be right is refused, unread where that is known, and leaves nothing."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator

import pytest

from chunk_service.client.digests import RunningChecksum
from chunk_service.domain.checksums import Algorithm, Checksum
from tests.service.caller import Caller, Session, problem_of, sha256_hex
from tests.service.content import MIB, content_of
from tests.service.deployment import MAX_CHUNK_BYTES, Deployment
from tests.service.raw import hang_up_after, head, speak
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.tokens import token
from tests.service.waiting import until

pytestmark = on_one_store

_CONTENT = content_of(5000)


def _content_digest(content: bytes) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"Content-Digest": f"sha-256=:{digest}:"}


def _checksum(algorithm: Algorithm, content: bytes) -> Checksum:
    running = RunningChecksum(algorithm)
    running.update(content)
    return running.checksum


def _amazons(algorithm: Algorithm, content: bytes) -> dict[str, str]:
    return {f"X-Amz-Checksum-{algorithm.capitalize()}": _checksum(algorithm, content).base64}


def _many(content: bytes, wrong: Algorithm | None = None) -> dict[str, str]:
    """Several at once, one of them perhaps that of other bytes."""
    headers = _content_digest(content)
    for algorithm in Algorithm:
        headers |= _amazons(algorithm, b"other" if algorithm is wrong else content)
    return headers


async def _streamed(content: bytes) -> AsyncIterator[bytes]:
    """A body without a declared length."""
    yield content


async def test_right_digests_are_taken(caller: Caller) -> None:
    session = await caller.begin()
    assert (await session.put(0, _CONTENT, _content_digest(_CONTENT))).status_code == 200
    assert (await session.form(1, b"x", chunk_sha256=sha256_hex(b"x"))).status_code == 200


async def test_all_checksums_that_are_sent_are_verified(caller: Caller) -> None:
    session = await caller.begin()
    assert (await session.put(0, _CONTENT, _many(_CONTENT))).status_code == 200
    assert (await session.put(0, _CONTENT, _many(_CONTENT))).json()["data"]["repeated"]
    for wrong in Algorithm:
        for index in (0, 1):
            refused = await session.put(index, _CONTENT, _many(_CONTENT, wrong))
            assert problem_of(refused, 422) == "digest-mismatch", (wrong, index)


@pytest.mark.parametrize("algorithm", Algorithm)
async def test_a_form_says_its_checksum_in_a_field(caller: Caller, algorithm: Algorithm) -> None:
    session = await caller.begin()
    wrong = await session.form(0, _CONTENT, chunk_checksum=str(_checksum(algorithm, b"other")))
    assert problem_of(wrong, 422) == "digest-mismatch"
    right = await session.form(0, _CONTENT, chunk_checksum=str(_checksum(algorithm, _CONTENT)))
    assert right.status_code == 200
    assert problem_of(await session.form(1, b"x", chunk_checksum="crc32"), 422)


@pytest.mark.survives("Body: wrong digest", "422; nothing is left")
async def test_a_wrong_digest_is_refused_and_nothing_is_left(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin()
    wrong = await session.put(0, _CONTENT, _content_digest(b"other"))
    assert problem_of(wrong, 422) == "digest-mismatch"
    assert deployment.spooled_files() == []
    wrong = await session.form(0, _CONTENT, chunk_sha256=sha256_hex(b"other"))
    assert problem_of(wrong, 422) == "digest-mismatch"
    assert deployment.spooled_files() == []
    assert (await session.status())["received_chunks"] == []
    assert (await session.put(0, _CONTENT)).status_code == 200


async def test_a_wrong_digest_on_a_repeat_is_refused(caller: Caller) -> None:
    session = await caller.begin()
    await session.put(0, _CONTENT)
    wrong = await session.put(0, _CONTENT, _content_digest(b"other"))
    assert problem_of(wrong, 422) == "digest-mismatch"


async def _refused_unread(
    service: RunningService, session: Session, *, index: int, length: int
) -> tuple[int, str]:
    """The first thing that is said to a client that holds its body back until it is asked for."""
    headers = {
        "Authorization": f"Bearer {token('alice')}",
        "Content-Length": str(length),
        "Expect": "100-continue",
    }
    path = f"/upload/{session.id}/chunks/{index}"
    answer = await speak(service.port, head("PUT", path, headers))
    return answer.status, json.loads(answer.body)["type"].removeprefix("/problems/")


@pytest.mark.parametrize(
    ("index", "length"),
    [
        (0, 999),  # not the last, and too short
        (0, 1001),
        (2, 499),  # the last, and at odds with the total
        (2, 501),
        (2, 0),
    ],
)
async def test_a_length_at_odds_with_what_was_declared_is_refused_unread(
    caller: Caller, service: RunningService, index: int, length: int
) -> None:
    session = await caller.begin(chunk_size=1000, total_size=2500)
    refused = await _refused_unread(service, session, index=index, length=length)
    assert refused == (422, "validation-failed")


@pytest.mark.parametrize(
    ("members", "index", "length"),
    [
        ({}, 0, MAX_CHUNK_BYTES + 1),
        ({"chunk_size": 16 * MIB}, 4, 1),
        ({"chunk_size": 16 * MIB}, 3, 16 * MIB + 1),
    ],
    ids=["larger than a chunk may be", "beyond the end", "across the end"],
)
async def test_what_goes_beyond_a_maximum_is_refused_unread(
    caller: Caller,
    service: RunningService,
    members: dict[str, int],
    index: int,
    length: int,
) -> None:
    session = await caller.begin(**members)
    refused = await _refused_unread(service, session, index=index, length=length)
    assert refused == (413, "content-too-large")


@pytest.mark.survives("Body: endless chunked encoding", "cut off at the limit: 413")
async def test_a_body_without_a_length_is_cut_off_where_it_grows_too_large(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin(chunk_size=1000)
    answer = await session.put(0, _streamed(content_of(2000)))
    assert problem_of(answer, 413) == "content-too-large"
    assert deployment.spooled_files() == []


async def test_a_body_without_a_length_is_taken(caller: Caller, deployment: Deployment) -> None:
    session = await caller.begin()
    assert (await session.put(0, _streamed(_CONTENT))).status_code == 200
    data = await session.stored(1)
    assert deployment.bucket.read(data["key"]) == _CONTENT


@pytest.mark.survives("Body: ends early", "refused; nothing is left")
async def test_a_body_that_ends_early_leaves_nothing(
    caller: Caller, service: RunningService, deployment: Deployment
) -> None:
    session = await caller.begin()
    headers = {"Authorization": f"Bearer {token('alice')}", "Content-Length": "5000"}
    request = head("PUT", f"/upload/{session.id}/chunks/0", headers)
    await hang_up_after(service.port, request + _CONTENT[:1000])

    async def spooled() -> list[str]:
        return deployment.spooled_files()

    await until(spooled, lambda names: not names)
    assert (await session.status())["received_chunks"] == []


@pytest.mark.parametrize("index", ["-1", "01", "1.0", "x", "99999999999", "%31%20"])
async def test_an_index_that_is_not_a_plain_number_is_refused(caller: Caller, index: str) -> None:
    session = await caller.begin()
    assert problem_of(await session.put(index, _CONTENT), 422) == "validation-failed"


async def test_an_index_beyond_the_most_chunks_is_refused(caller: Caller) -> None:
    session = await caller.begin()
    assert problem_of(await session.put(100_000, b"x"), 422) == "validation-failed"


async def test_an_index_beyond_the_declared_total_conflicts(caller: Caller) -> None:
    session = await caller.begin(total_chunks=2)
    assert problem_of(await session.put(2, b"x"), 409) == "chunk-conflict"


async def test_after_the_last_chunk_none_comes(caller: Caller) -> None:
    session = await caller.begin(chunk_size=1000)
    await session.put(1, _CONTENT[:400])
    assert problem_of(await session.put(2, _CONTENT[:1000]), 409) == "chunk-conflict"
    assert (await session.status())["total_size"] == 1400


async def test_a_chunk_before_a_later_one_is_not_the_last(caller: Caller) -> None:
    session = await caller.begin(chunk_size=1000)
    await session.put(1, _CONTENT[:1000])
    assert problem_of(await session.put(0, _CONTENT[:400]), 409) == "chunk-conflict"


@pytest.mark.survives("Body: gzip", "415, never inflated")
async def test_content_codings_are_refused(caller: Caller) -> None:
    session = await caller.begin()
    answer = await session.put(0, _CONTENT, {"Content-Encoding": "gzip"})
    assert problem_of(answer, 415) == "unsupported-content-coding"
