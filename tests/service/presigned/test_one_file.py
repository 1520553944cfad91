"""One presigned request brings a file to the store; it counts once it was found as agreed."""

import asyncio

import httpx
import pytest

from tests.service import tokens
from tests.service.caller import Caller, client_of, problem_of
from tests.service.deployment import Deployment
from tests.service.presigned.one_file import (
    CONTENT,
    asked,
    confirmed,
    keys_of,
    pending_keys,
    put,
)
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.waiting import until

pytestmark = on_one_store


async def test_what_was_put_is_a_file_when_it_wasconfirmed(
    caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
) -> None:
    told = await asked(caller, main_service_file_id=7, metadata={"take": 2})
    assert told["expires_in"] == 600
    await put(outside, told)
    assert told["file_key"] not in keys_of(deployment)
    answer = await confirmed(caller, told["file_key"])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["file_key"], answer.json()["file_size"]) == (
        told["file_key"],
        len(CONTENT),
    )
    assert deployment.bucket.read(told["file_key"]) == CONTENT
    (notification,) = await deployment.main_service.told_of(told["upload_session_id"])
    event = notification.verified()
    assert event["type"] == "upload.completed"
    assert (event["data"]["main_service_file_id"], event["data"]["metadata"]) == (7, {"take": "2"})
    await until(lambda: pending_keys(deployment), lambda keys: not keys)
    assert (await confirmed(caller, told["file_key"])).json() == answer.json()


async def test_a_form_takes_no_more_than_was_agreed(
    caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
) -> None:
    told = await asked(caller, method="POST", size=len(CONTENT))
    files = {"file": ("document.pdf", CONTENT + b"!")}
    refused = await outside.post(told["presigned_url"], data=told["fields"], files=files)
    assert refused.status_code == 400
    files = {"file": ("document.pdf", CONTENT)}
    taken = await outside.post(told["presigned_url"], data=told["fields"], files=files)
    assert taken.status_code in (200, 204)
    assert (await confirmed(caller, told["file_key"])).status_code == 200
    assert deployment.bucket.read(told["file_key"]) == CONTENT


class TestInPassing:
    """Old clients never confirm: what they ask next finds their file."""

    async def test_a_list_shows_it(self, caller: Caller, outside: httpx.AsyncClient) -> None:
        told = await asked(caller)
        await put(outside, told)
        files = (await caller.client.get("/files")).json()["files"]
        assert told["file_key"] in [each["key"] for each in files]

    async def test_a_link_leads_to_it(self, caller: Caller, outside: httpx.AsyncClient) -> None:
        told = await asked(caller)
        await put(outside, told)
        answer = await caller.client.post("/download-url", json={"file_key": told["file_key"]})
        assert (await outside.get(answer.json()["presigned_url"])).content == CONTENT

    async def test_it_can_be_deleted(
        self, caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
    ) -> None:
        told = await asked(caller)
        await put(outside, told)
        assert (await caller.client.delete(f"/files/{told['file_key']}")).status_code == 200
        assert told["file_key"] not in keys_of(deployment)
        await deployment.main_service.told_of(told["upload_session_id"], times=2)
        assert problem_of(await confirmed(caller, told["file_key"]), 410) == "gone"

    async def test_nobody_need_ask(
        self, caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
    ) -> None:
        told = await asked(caller)
        await put(outside, told)
        await deployment.fetch("UPDATE uploads SET check_due_at = now() WHERE state = 'open'")
        (notification,) = await deployment.main_service.told_of(told["upload_session_id"])
        assert notification.verified()["type"] == "upload.completed"


class TestBrokenAgreements:
    async def test_nothing_uploaded_is_nothing_to_confirm(self, caller: Caller) -> None:
        told = await asked(caller)
        refused = await confirmed(caller, told["file_key"])
        assert problem_of(refused, 409) == "upload-incomplete"

    async def test_another_size_than_agreed_is_not_signed_for(
        self, caller: Caller, outside: httpx.AsyncClient
    ) -> None:
        told = await asked(caller, size=len(CONTENT) + 1)
        answer = await outside.put(told["presigned_url"], content=CONTENT)
        if answer.status_code == 200:  # a store that does not check what was signed
            refused = await confirmed(caller, told["file_key"])
            assert problem_of(refused, 422) == "validation-failed"
        else:
            assert answer.status_code == 403

    @pytest.mark.survives(
        "Access: a presigned URL used again after its file was stored", "the file stays as it was"
    )
    async def test_the_link_does_not_reach_the_file(
        self, caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
    ) -> None:
        told = await asked(caller)
        await put(outside, told)
        assert (await confirmed(caller, told["file_key"])).status_code == 200
        await put(outside, told, b"other bytes")
        assert (await confirmed(caller, told["file_key"])).status_code == 200
        assert deployment.bucket.read(told["file_key"]) == CONTENT
        await deployment.fetch(
            "UPDATE uploads SET expires_at = now(), cleanup_due_at = now() WHERE id = $1::uuid",
            told["upload_session_id"],
        )
        await until(lambda: pending_keys(deployment), lambda keys: not keys)


async def test_many_confirmations_are_one_file(
    caller: Caller, outside: httpx.AsyncClient, deployment: Deployment
) -> None:
    told = await asked(caller)
    await put(outside, told)
    answers = await asyncio.gather(*(confirmed(caller, told["file_key"]) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(await deployment.main_service.told_of(told["upload_session_id"])) == 1


async def test_the_same_key_gets_a_link_to_the_same_file(caller: Caller) -> None:
    document = {"filename": "document.pdf"}
    headers = {"Idempotency-Key": "one-link"}
    first, second = [
        (await caller.client.post("/upload-url", json=document, headers=headers)).json()
        for _ in range(2)
    ]
    assert first["file_key"] == second["file_key"]
    caller.session(first["upload_session_id"])


async def test_a_bound_token_gives_its_id(service: RunningService) -> None:
    async with client_of(service.url, tokens.token("alice", file_id="a")) as client:
        bound = Caller(client)
        told = await asked(bound)
        status = await bound.sessions[0].status()
        assert status["main_service_file_id"] == "a"
        refused = await client.post(
            "/upload-url", json={"filename": "x", "main_service_file_id": "b"}
        )
        assert problem_of(refused, 404) == "not-found"
        await client.delete(f"/upload/{told['upload_session_id']}")


async def test_chunks_are_no_way_into_it(caller: Caller) -> None:
    told = await asked(caller)
    session = caller.session(told["upload_session_id"])
    assert problem_of(await session.put(0, b"x"), 409) == "state-conflict"
    refused = await session.complete(1, main_service_file_id=0)
    assert problem_of(refused, 409) == "state-conflict"
