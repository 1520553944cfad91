"""UploadPart without botocore's layers: what it says, and when botocore says it again."""

from concurrent.futures import Executor

import pytest

from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.objects import MultipartGone, MultipartId, ObjectRefused, StoreRefused
from tests.adapters.s3.scripted import OK_PART, Step, answering, document, error, opened, reset
from tests.adapters.s3.sources import BytesSource, checksum_of
from tests.adapters.s3.test_putting import ELSEWHERE, OTHER_REGION, TARGET, said

DATA = b"some bytes"


async def upload(store: S3Store, algorithm: Algorithm | None = Algorithm.CRC64NVME) -> str:
    checksum = None if algorithm is None else checksum_of(DATA, algorithm)
    return await store.upload_part(
        TARGET,
        multipart=MultipartId("an/id+of ~ß"),
        number=17,
        source=BytesSource(DATA, checksum),
    )


@pytest.mark.parametrize(
    "algorithm", [Algorithm.CRC64NVME, Algorithm.CRC32, Algorithm.CRC32C, None]
)
async def test_a_part_is_said_as_botocore_says_it(
    executor: Executor, algorithm: Algorithm | None
) -> None:
    async with opened(executor, reset, answering(OK_PART)) as (store, scripted):
        assert await upload(store, algorithm) == '"abc"'
    ours, botocores = scripted.heads
    assert said(ours) == said(botocores)


@pytest.mark.parametrize(
    "undecided",
    [
        reset,
        answering(error("503 Slow Down", "SlowDown")),
        answering(error("500 Internal Server Error", "InternalError")),
        answering(document("502 Bad Gateway", "<html>no S3</html>")),
        answering(b"not HTTP\r\n\r\n"),
        answering(ELSEWHERE),
        answering(OTHER_REGION),
    ],
)
async def test_what_may_be_otherwise_the_next_time_is_repeated(
    executor: Executor, undecided: Step
) -> None:
    async with opened(executor, undecided, answering(OK_PART)) as (store, scripted):
        assert await upload(store) == '"abc"'
    assert len(scripted.heads) >= 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error("404 Not Found", "NoSuchUpload"), MultipartGone),
        (error("403 Forbidden", "AccessDenied"), StoreRefused),
        (error("400 Bad Request", "BadDigest"), ObjectRefused),
    ],
)
async def test_what_is_refused_for_good_is_asked_once(
    executor: Executor, answer: bytes, outcome: type[Exception]
) -> None:
    async with opened(executor, answering(answer)) as (store, scripted):
        with pytest.raises(outcome):
            await upload(store)
    assert len(scripted.heads) == 1
