"""After a restore only what would have been taken is adopted: a file may be left of a refusal."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest

from chunk_service.settings.model import Settings
from chunk_service.wiring.processes import open_service
from tests.fixtures.first_bytes import HTML, PNG
from tests.service.deployment import Deployment
from tests.service.recovery.test_restored import FORGET_THE_END, FORGET_THE_EVENT


@pytest.mark.parametrize(("content", "received"), [(HTML, []), (PNG, ["0"])])
async def test_only_what_would_have_been_taken_is_adopted(
    own: Deployment, content: bytes, received: list[str]
) -> None:
    async with own.served(allowed_file_types="image") as served:
        session = await served.caller.begin(original_file_name="a.png")
        await own.fetch("UPDATE database_identity SET timeline = timeline + 1")
        (own.spool / f"{session.id}.0.{uuid4()}").write_bytes(content)
        await _sweep_after_restore(own.settings(allowed_file_types="image"))
        assert (await session.status())["received_chunks"] == received
        await session.abort()


@pytest.mark.parametrize(("content", "state"), [(HTML, "open"), (PNG, "stored")])
async def test_only_an_object_that_would_have_been_taken_is_adopted(
    own: Deployment, outside: httpx.AsyncClient, content: bytes, state: str
) -> None:
    """Its bytes came by a presigned request, so nobody here has seen them."""
    async with own.served() as served:
        client = served.caller.client
        named = {"key": "a.png"}
        named["uploadId"] = (await client.get("/initiate", params=named)).json()["uploadId"]
        link = await client.get("/presigned", params={**named, "partNumber": "1"})
        sent = await outside.put(link.json()["uploadUrl"], content=content)
        parts = [{"PartNumber": 1, "ETag": sent.headers["etag"]}]
        answer = await client.post("/complete", params=named, json={"parts": parts})
        assert answer.status_code == 200, answer.text
    for statement in (FORGET_THE_END, FORGET_THE_EVENT):
        await own.fetch(statement, UUID(named["uploadId"]))
    await own.fetch("UPDATE database_identity SET timeline = timeline + 1")
    await _sweep_after_restore(own.settings(allowed_file_types="image"))
    (row,) = await own.fetch("SELECT state FROM uploads")
    assert row["state"] == state


async def _sweep_after_restore(settings: Settings) -> None:
    without_jobs = settings.model_copy(update={"serve_with_worker": False})
    async with open_service(without_jobs, asyncio.Event()) as service:
        await service.use_cases.adopt()
