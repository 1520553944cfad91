"""What a process can't start with is one sentence; what it can do without is no fault."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chunk_service.cli import migrations
from chunk_service.cli.preflight import start_fault, worker_fault
from chunk_service.settings.model import Settings
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.deployment import Deployment
from tests.service.main_service import playing_main_service

NOWHERE = "127.0.0.1:9"


@pytest.fixture
def deployment(database_url: str, moto: StoreServer, tmp_path: Path) -> Iterator[Deployment]:
    with playing_main_service() as main_service:
        bucket = Bucket.made(moto, "preflight")
        yield Deployment(database_url, tmp_path / "spool", bucket, main_service)


@pytest.fixture
def settings(deployment: Deployment) -> Settings:
    return deployment.settings()


def test_nothing_is_against_a_new_deployment(settings: Settings) -> None:
    assert start_fault(settings) is None
    assert worker_fault(settings) is None


def test_a_worker_makes_no_spool(settings: Settings) -> None:
    assert worker_fault(settings) is None
    assert not settings.local_temp_chunk_path.exists()


def test_a_database_out_of_reach_is_told(deployment: Deployment) -> None:
    settings = deployment.settings(database_url=f"postgresql://chunks:secret@{NOWHERE}/chunks")
    for fault in (start_fault(settings), worker_fault(settings)):
        assert fault is not None
        assert NOWHERE in fault
        assert "secret" not in fault


def test_an_old_schema_is_told(settings: Settings) -> None:
    migrations.downgrade(settings.database_url.get_secret_value(), "-1")
    for fault in (start_fault(settings), worker_fault(settings)):
        assert fault is not None
        assert "chunk-service migrate up" in fault


def test_a_folder_that_can_be_no_spool_is_told(settings: Settings) -> None:
    folder = settings.local_temp_chunk_path
    (folder / "spool-id").mkdir(parents=True)
    assert start_fault(settings) == worker_fault(settings) == f"the spool {folder}: Is a directory"


def test_the_spool_of_another_database_is_told(settings: Settings) -> None:
    folder = settings.local_temp_chunk_path
    folder.mkdir()
    (folder / "spool-id").write_text("6f6a1d0e-8f5b-4f0e-9d7c-0f3b2b1a0c9d")
    for fault in (start_fault(settings), worker_fault(settings)):
        assert fault is not None
        assert "the spool of another database" in fault


def test_a_store_out_of_reach_holds_nobody_up(deployment: Deployment) -> None:
    assert start_fault(deployment.settings(s3_endpoint_url=f"http://{NOWHERE}")) is None


def test_a_spool_whose_id_is_damaged_is_told(settings: Settings) -> None:
    assert start_fault(settings) is None
    (settings.local_temp_chunk_path / "spool-id").write_text("")
    for fault in (start_fault(settings), worker_fault(settings)):
        assert fault is not None
        assert "spool list" in fault


@pytest.mark.survives(
    "S3 aborts multipart uploads that are still open by its own rule",
    "not started with such a rule",
)
@pytest.mark.parametrize(("days", "fits"), [(1, False), (365, True)])
def test_a_bucket_that_would_abort_open_uploads_is_told(
    deployment: Deployment, days: int, *, fits: bool
) -> None:
    bucket = deployment.bucket
    rule = {
        "ID": "abort",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days},
    }
    bucket.client.put_bucket_lifecycle_configuration(
        Bucket=bucket.name, LifecycleConfiguration={"Rules": [rule]}
    )
    try:
        fault = start_fault(deployment.settings())
    finally:
        bucket.client.delete_bucket_lifecycle(Bucket=bucket.name)
    if fits:
        assert fault is None
    else:
        assert fault is not None
        assert "UPLOAD_MAX_AGE" in fault


def test_traces_without_their_libraries_are_told(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = deployment.settings(otel_exporter_otlp_endpoint=f"http://{NOWHERE}")
    assert start_fault(settings) is None
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    for fault in (start_fault(settings), worker_fault(settings)):
        assert fault is not None
        assert "chunk-service[tracing]" in fault
    quiet = deployment.settings(
        otel_exporter_otlp_endpoint=f"http://{NOWHERE}", otel_traces_exporter="none"
    )
    assert start_fault(quiet) is None
