"""A service on the strict S3 double, which spoils what a test tells it to; all of this test's own.

Time-outs are short, so that silence is noticed within a second.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.doubles.s3.double import S3Double
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.caller import Caller, client_of
from tests.service.deployment import Deployment
from tests.service.doubt.story import Story
from tests.service.main_service import MainService
from tests.service.running import RunningService, running
from tests.service.tokens import token

BUCKET = "doubt"


@pytest.fixture
def own(
    database_url: str, s3_double: S3Double, main_service: MainService, tmp_path: Path
) -> Deployment:
    bucket = Bucket.made(StoreServer(s3_double.endpoint_url), BUCKET)
    return Deployment(database_url, tmp_path / "spool", bucket, main_service)


@pytest.fixture
def service(own: Deployment) -> Iterator[RunningService]:
    settings = own.settings(
        s3_read_timeout="1s", s3_connect_timeout="1s", complete_wait="2s", cleanup_grace="1s"
    )
    with running(settings) as service:
        yield service


@pytest.fixture
async def story(
    service: RunningService, own: Deployment, s3_double: S3Double
) -> AsyncIterator[Story]:
    async with client_of(service.url, token("alice")) as client:
        yield Story(Caller(client), own, s3_double)
