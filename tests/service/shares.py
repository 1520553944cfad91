"""Shares as their owners make and list them, and a password."""

from typing import Any

from tests.service.caller import Caller

CONTENT = b"0123456789"
PASSWORD = "open sesame é"


async def stored(caller: Caller, **members: object) -> str:
    session = await caller.begin(**members)
    await session.put(0, CONTENT)
    return str((await session.stored(1))["key"])


async def share(caller: Caller, key: str, **wish: object) -> dict[str, Any]:
    answer = await caller.client.post(f"/files/{key}/shares", json=wish)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(caller: Caller, key: str) -> list[dict[str, Any]]:
    return list((await caller.client.get(f"/files/{key}/shares")).json()["shares"])
