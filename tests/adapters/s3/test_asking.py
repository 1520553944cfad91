"""Create and Complete without botocore's layers: how they go, and when botocore is asked."""

from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

import pytest

from chunk_service.adapters.s3.store import S3Store
from tests.adapters.s3.scripted import OK_PART, answering, document, opened
from tests.adapters.s3.test_faults import MULTIPART, complete, create, upload
from tests.adapters.s3.test_putting import ELSEWHERE, OTHER_REGION, said

CREATED = document(
    "200 OK",
    f"<InitiateMultipartUploadResult><UploadId>{MULTIPART}</UploadId></InitiateMultipartUploadResult>",
)
COMPLETED = document(
    "200 OK",
    "<CompleteMultipartUploadResult><ETag>&quot;e&quot;</ETag></CompleteMultipartUploadResult>",
)
CALLS = [(create, CREATED), (complete, COMPLETED)]


async def test_a_multipart_upload_goes_by_one_connection(executor: Executor) -> None:
    steps = answering(CREATED), answering(OK_PART), answering(COMPLETED)
    async with opened(executor, *steps) as (store, scripted):
        await create(store)
        await upload(store)
        await complete(store)
    assert [head.split()[0] for head in scripted.heads] == ["POST", "PUT", "POST"]
    assert scripted.connections == 1


@pytest.mark.parametrize("elsewhere", [ELSEWHERE, OTHER_REGION])
@pytest.mark.parametrize(("call", "answer"), CALLS)
async def test_where_the_bucket_is_elsewhere_botocore_says_it_in_the_same_words(
    executor: Executor,
    call: Callable[[S3Store], Awaitable[None]],
    answer: bytes,
    elsewhere: bytes,
) -> None:
    async with opened(executor, answering(elsewhere), answering(answer)) as (store, scripted):
        await call(store)
    ours, botocores = scripted.heads[0], scripted.heads[-1]
    assert said(ours) == said(botocores)
