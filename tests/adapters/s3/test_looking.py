"""HeadObject without botocore's layers: what it says, and what is left to botocore."""

from concurrent.futures import Executor

import pytest

from chunk_service.domain.objects import StoredObject, StoreRefused
from tests.adapters.s3.scripted import OK_PART, Step, answering, opened, reset
from tests.adapters.s3.test_putting import BIG, CRC, DATA, TARGET, said, shown

SEEN = StoredObject(len(DATA), '"abc"', CRC, "u1")


def refused(status: str) -> Step:
    return answering(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


async def test_a_look_goes_by_the_connection_that_bytes_went_by(executor: Executor) -> None:
    steps = answering(OK_PART), answering(shown(BIG)), answering(shown())
    async with opened(executor, *steps) as (store, scripted):
        await store.put_object(TARGET, source=BIG)
        assert await store.head(TARGET) == SEEN
    assert scripted.connections == 1
    assert said(scripted.heads[1]) == said(scripted.heads[2])


@pytest.mark.parametrize(
    "unclear",
    [
        reset,
        refused("503 Slow Down"),
        refused("307 Temporary Redirect"),
        answering(shown(etag="")),
        answering(b"not HTTP\r\n\r\n"),
    ],
)
async def test_what_is_not_plain_to_see_botocore_is_asked_in_the_same_words(
    executor: Executor, unclear: Step
) -> None:
    async with opened(executor, unclear, answering(shown())) as (store, scripted):
        assert await store.head(TARGET) == SEEN
    ours, botocores = scripted.heads
    assert said(ours) == said(botocores)


async def test_what_is_not_there_is_not_asked_for_twice(executor: Executor) -> None:
    async with opened(executor, refused("404 Not Found")) as (store, scripted):
        assert await store.head(TARGET) is None
    assert len(scripted.heads) == 1


async def test_a_look_that_is_refused_is_no_sign_of_absence(executor: Executor) -> None:
    async with opened(executor, refused("403 Forbidden")) as (store, _):
        with pytest.raises(StoreRefused):
            await store.head(TARGET)
