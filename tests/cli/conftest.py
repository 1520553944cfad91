"""What `doctor` examines: a deployment with nothing wrong but that its database may forget."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.site import Site
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.main_service import playing_main_service


@pytest.fixture
def site(
    database_url: str, seaweedfs: StoreServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    spool = tmp_path / "spool"
    spool.mkdir()
    bucket = Bucket.made(seaweedfs, f"doctor-{uuid4()}")
    with playing_main_service() as main_service:
        yield Site(database_url, spool, bucket, main_service.url)
