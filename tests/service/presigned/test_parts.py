"""Multipart uploads whose parts go straight to the store, by presigned requests."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.service.caller import Caller, problem_of
from tests.service.content import MIB, content_of
from tests.service.deployment import MAX_FILE_BYTES, Deployment
from tests.service.stores import on_one_store
from tests.service.waiting import until

pytestmark = on_one_store

NAME = "video 1.mp4"
PART_BYTES = 5 * MIB
Named = dict[str, str]


async def _initiated(caller: Caller, **query: str) -> Named:
    answer = await caller.client.get("/initiate", params={"key": NAME, **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    upload_id = answer.json()["uploadId"]
    caller.session(upload_id)
    return {"key": NAME, "uploadId": upload_id}


async def _part(
    caller: Caller, outside: httpx.AsyncClient, named: Named, number: int, content: bytes
) -> dict[str, Any]:
    answer = await caller.client.get("/presigned", params={**named, "partNumber": str(number)})
    assert answer.status_code == 200, answer.text
    sent = await outside.put(answer.json()["uploadUrl"], content=content)
    assert sent.status_code == 200, sent.text
    return {"PartNumber": number, "ETag": sent.headers["etag"]}


async def _complete(caller: Caller, named: Named, parts: list[dict[str, Any]]) -> httpx.Response:
    return await caller.client.post("/complete", params=named, json={"parts": parts})


async def _sent(
    caller: Caller, outside: httpx.AsyncClient, named: Named, content: bytes
) -> list[dict[str, Any]]:
    pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
    return [
        await _part(caller, outside, named, number, piece)
        for number, piece in enumerate(pieces, start=1)
    ]


async def test_parts_become_a_file(
    caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
) -> None:
    content = content_of(2 * PART_BYTES + 7)
    named = await _initiated(caller, main_service_file_id="9", content_type="video/mp4")
    parts = await _sent(caller, outside, named, content)
    answer = await _complete(caller, named, parts)
    assert answer.status_code == 200, answer.text
    data = answer.json()
    assert (data["file_name"], data["file_size"]) == (NAME, len(content))
    assert deployment.bucket.read(data["file_key"]) == content
    (notification,) = await deployment.main_service.told_of(named["uploadId"])
    assert notification.verified()["data"]["main_service_file_id"] == 9
    assert (await _complete(caller, named, parts)).json() == data
    other = await _complete(caller, named, parts[:1])
    assert problem_of(other, 409) == "state-conflict"


async def test_many_links_at_once_and_what_has_arrived(
    caller: Caller, outside: httpx.AsyncClient
) -> None:
    named = await _initiated(caller)
    assert (await caller.client.get("/parts", params=named)).json()["parts"] == []
    answer = await caller.client.post(
        "/presigned", params=named, json={"partNumbers": [1, 2, 10_000]}
    )
    links = answer.json()["parts"]
    assert [each["partNumber"] for each in links] == [1, 2, 10_000]
    assert len({each["uploadUrl"] for each in links}) == 3
    assert datetime.fromisoformat(links[0]["expiresAt"]).tzinfo is not None
    await outside.put(links[1]["uploadUrl"], content=b"two")
    (part,) = (await caller.client.get("/parts", params=named)).json()["parts"]
    assert (part["PartNumber"], part["Size"]) == (2, 3)


async def test_an_abort_leaves_nothing(
    caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
) -> None:
    named = await _initiated(caller)
    await _part(caller, outside, named, 1, b"x")
    assert deployment.bucket.open_multiparts()
    aborted = await caller.client.post("/abort", params=named)
    assert aborted.json()["data"]["state"] == "aborted"

    async def left() -> list[str]:
        return deployment.bucket.open_multiparts()

    await until(left, lambda multiparts: not multiparts)
    link = await caller.client.get("/presigned", params={**named, "partNumber": "1"})
    assert problem_of(link, 410) == "gone"


async def test_as_many_parts_as_there_can_be_are_a_list(caller: Caller) -> None:
    named = await _initiated(caller)
    parts = [{"PartNumber": number, "ETag": f'"{"0" * 40}"'} for number in range(1, 10_001)]
    assert problem_of(await _complete(caller, named, parts), 422) == "validation-failed"
    one_more = [*parts, {"PartNumber": 10_001, "ETag": "e"}]
    assert problem_of(await _complete(caller, named, one_more), 422) == "validation-failed"


class TestLists:
    """What is wrong with a list can be mended: the upload stays open."""

    async def test_wrong_lists_are_refused_and_the_right_one_taken(
        self, caller: Caller, outside: httpx.AsyncClient
    ) -> None:
        named = await _initiated(caller)
        parts = await _sent(caller, outside, named, content_of(PART_BYTES + 1))
        other = {"PartNumber": 1, "ETag": '"0123"'}
        for wrong in (
            parts[::-1],
            [*parts, parts[1]],
            [*parts, {"PartNumber": 3, "ETag": '"x"'}],
            [other, parts[1]],
        ):
            refused = await _complete(caller, named, wrong)
            assert problem_of(refused, 422) == "validation-failed"
        unquoted = [{**part, "ETag": part["ETag"].strip('"')} for part in parts]
        assert (await _complete(caller, named, unquoted)).status_code == 200

    async def test_a_small_part_in_the_middle_is_refused(
        self, caller: Caller, outside: httpx.AsyncClient
    ) -> None:
        named = await _initiated(caller)
        parts = [await _part(caller, outside, named, number, b"x") for number in (1, 2)]
        refused = await _complete(caller, named, parts)
        assert problem_of(refused, 422) == "validation-failed"

    async def test_more_than_may_be_fails_and_is_removed(
        self, caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
    ) -> None:
        named = await _initiated(caller)
        large = content_of(22 * MIB)
        parts = [await _part(caller, outside, named, number, large) for number in (1, 2, 3)]
        assert 3 * len(large) > MAX_FILE_BYTES
        refused = await _complete(caller, named, parts)
        assert problem_of(refused, 413) == "content-too-large"
        (notification,) = await deployment.main_service.told_of(named["uploadId"])
        assert notification.verified()["type"] == "upload.failed"

    @pytest.mark.parametrize("number", ["0", "10001", "-1", "01", "x", ""])
    async def test_a_part_number_is_from_1_to_10000(self, caller: Caller, number: str) -> None:
        named = await _initiated(caller)
        refused = await caller.client.get("/presigned", params={**named, "partNumber": number})
        assert problem_of(refused, 422) == "validation-failed"


async def test_a_key_must_be_the_name_it_was_begun_with(caller: Caller) -> None:
    named = await _initiated(caller)
    refused = await caller.client.get(
        "/presigned", params={**named, "key": "other.mp4", "partNumber": "1"}
    )
    assert problem_of(refused, 404) == "not-found"


async def test_a_head_begins_nothing(caller: Caller) -> None:
    assert (await caller.client.head("/initiate", params={"key": NAME})).status_code == 405


async def test_completed_many_times_at_once_it_is_one_file(
    caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
) -> None:
    named = await _initiated(caller)
    parts = await _sent(caller, outside, named, content_of(100))
    answers = await asyncio.gather(*(_complete(caller, named, parts) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await deployment.main_service.told_of(named["uploadId"])) == 1
