"""After a restore only what would have been taken is adopted: a file may be left of a refusal."""

import asyncio
from uuid import uuid4

import pytest

from chunk_service.settings.model import Settings
from chunk_service.wiring.processes import open_service
from tests.fixtures.first_bytes import HTML, PNG
from tests.service.deployment import Deployment


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


async def _sweep_after_restore(settings: Settings) -> None:
    without_jobs = settings.model_copy(update={"serve_with_worker": False})
    async with open_service(without_jobs, asyncio.Event()) as service:
        await service.use_cases.adopt()
