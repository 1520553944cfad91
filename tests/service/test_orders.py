"""Chunks may come in any order and side by side, declared or not, bare or in forms."""

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.service.caller import Caller, Session
from tests.service.content import MIB, content_of, cut
from tests.service.deployment import Deployment

_CHUNK_BYTES = 1 * MIB
_PARALLEL = 8


def _shuffled(count: int) -> list[int]:
    return random.Random(7).sample(range(count), count)


_ORDERS: dict[str, Callable[[int], list[int]]] = {
    "in order": lambda count: list(range(count)),
    "reversed": lambda count: list(reversed(range(count))),
    "shuffled": _shuffled,
}


async def _send(session: Session, way: str, index: int, chunk: bytes) -> None:
    answer = await (session.put if way == "put" else session.form)(index, chunk)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == {"chunk_index": index, "size": len(chunk), "repeated": False}


@pytest.mark.parametrize("order", _ORDERS.values(), ids=_ORDERS)
@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "undeclared"])
@pytest.mark.parametrize("way", ["put", "form"])
async def test_chunks_are_put_together_by_index_in_whatever_order_they_come(
    caller: Caller,
    deployment: Deployment,
    order: Callable[[int], list[int]],
    is_declared: bool,
    way: str,
) -> None:
    content = content_of(9 * MIB + 777)
    chunks = cut(content, _CHUNK_BYTES)
    session = await caller.begin(**({"chunk_size": _CHUNK_BYTES} if is_declared else {}))
    for index in order(len(chunks)):
        await _send(session, way, index, chunks[index])
    data = await session.stored(len(chunks))
    assert deployment.bucket.read(data["key"]) == content


@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "undeclared"])
@pytest.mark.parametrize("way", ["put", "form"])
async def test_chunks_may_come_eight_at_a_time(
    caller: Caller, deployment: Deployment, is_declared: bool, way: str
) -> None:
    content = content_of(24 * MIB + 1)
    chunks = cut(content, _CHUNK_BYTES)
    session = await caller.begin(**({"chunk_size": _CHUNK_BYTES} if is_declared else {}))
    left = _shuffled(len(chunks))

    async def send_some() -> None:
        while left:
            index = left.pop()
            await _send(session, way, index, chunks[index])

    await asyncio.gather(*(send_some() for _ in range(_PARALLEL)))
    data = await session.stored(len(chunks))
    assert deployment.bucket.read(data["key"]) == content


async def test_both_ways_may_be_mixed_in_one_upload(caller: Caller, deployment: Deployment) -> None:
    content = content_of(10_000)
    session = await caller.begin(chunk_size=1000)
    for index, chunk in enumerate(cut(content, 1000)):
        await _send(session, "put" if index % 2 else "form", index, chunk)
    data = await session.stored(10)
    assert deployment.bucket.read(data["key"]) == content
