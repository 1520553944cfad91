"""What a small storm stands on: a database of its own, a real store, a spool."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.deployment import Deployment
from tests.service.main_service import playing_main_service


@pytest.fixture
def deployment(database_url: str, seaweedfs: StoreServer, tmp_path: Path) -> Iterator[Deployment]:
    bucket = Bucket.made(seaweedfs, "storm")
    with playing_main_service() as main_service:
        yield Deployment(database_url, tmp_path / "spool", bucket, main_service)
