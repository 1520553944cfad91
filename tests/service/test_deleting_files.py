"""A deleted file is gone for everybody at once, its object as soon as the store can be reached."""

import pytest

from tests.service.caller import Caller, problem_of
from tests.service.deployment import Deployment
from tests.service.waiting import until

CONTENT = b"0123456789"


async def stored(caller: Caller) -> str:
    session = await caller.begin()
    await session.put(0, CONTENT)
    return str((await session.stored(1))["key"])


async def listed(caller: Caller) -> list[str]:
    return [each["key"] for each in (await caller.client.get("/files")).json()["files"]]


async def test_a_deleted_file_is_gone_at_once_and_its_object_soon(
    own: Deployment,
) -> None:
    async with own.served() as served:
        caller = served.caller
        session = await caller.begin()
        await session.put(0, CONTENT)
        key = str((await session.stored(1))["key"])
        for _ in range(2):
            assert (await caller.client.delete(f"/files/{key}")).status_code == 200
        assert key not in await listed(caller)
        for path in (f"/files/{key}", f"/files/{key}/content"):
            assert problem_of(await caller.client.get(path), 404) == "not-found"
        assert problem_of(await session.complete(1), 410) == "gone"
        (await own.main_service.told("file.deleted", session.id)).verified()
    assert key not in own.bucket.keys()  # noqa: SIM118 - not a dict


@pytest.mark.survives("S3 is away when a file is deleted", "Gone for all; its object goes later")
async def test_with_the_store_away_a_file_is_deleted_and_its_object_goes_later(
    own: Deployment,
) -> None:
    async with own.served() as served:
        key = await stored(served.caller)
    async with own.served(s3_endpoint_url="http://127.0.0.1:9", s3_connect_timeout="1s") as served:
        assert (await served.caller.client.delete(f"/files/{key}")).status_code == 200
        assert await listed(served.caller) == []
    owed = "SELECT 1 FROM files WHERE removal_due_at IS NOT NULL"
    assert len(await own.fetch(owed)) == 1
    assert key in own.bucket.keys()  # noqa: SIM118 - not a dict
    await own.fetch("UPDATE files SET removal_due_at = service_now()")
    async with own.served():
        await until(lambda: own.fetch(owed), lambda rows: not rows)
    assert key not in own.bucket.keys()  # noqa: SIM118 - not a dict
