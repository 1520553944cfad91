"""The three stores that tests run on, seen by a plain client; their deviations are marked."""

import itertools
from collections.abc import Iterator
from typing import cast

import botocore.session
import pytest
from botocore.config import Config

from tests.conformance.calls import Client
from tests.conformance.deviations import DEVIATIONS, RACES
from tests.doubles.s3.double import S3Double
from tests.fixtures.stores import StoreServer

BUCKET = "conformance"
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            store = str(item.callspec.params.get("s3_store"))
            reason = DEVIATIONS.get(store, {}).get(item.originalname)
            if reason is not None:
                item.add_marker(pytest.mark.xfail(reason=f"{store}: {reason}", strict=True))
            race = RACES.get(store, {}).get(item.originalname)
            if race is not None:
                item.add_marker(pytest.mark.xfail(reason=f"{store}: {race}", strict=False))


@pytest.fixture(scope="session")
def double() -> Iterator[StoreServer]:
    double = S3Double.start(access_key=StoreServer("").access_key)
    yield StoreServer(double.endpoint_url)
    double.stop()


@pytest.fixture(scope="session", params=["double", "moto", "seaweedfs"])
def s3_store(request: pytest.FixtureRequest) -> StoreServer:
    return cast("StoreServer", request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def s3(s3_store: StoreServer) -> Iterator[Client]:
    """A client that adds nothing of its own and repeats nothing; the bucket is there."""
    client = client_for(s3_store)
    client.create_bucket(Bucket=BUCKET)
    yield client
    client.close()


@pytest.fixture
def key() -> str:
    """One of its own for each test, with what needs escaping in paths and in XML."""
    return f"conformance/{next(_numbers):04}-ä & b <c>+d.bin"


@pytest.fixture
def place(key: str) -> dict[str, str]:
    return {"Bucket": BUCKET, "Key": key}


def client_for(store: StoreServer, *, access_key: str | None = None) -> Client:
    config = Config(
        signature_version="s3v4",
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return botocore.session.get_session().create_client(
        "s3",
        region_name=store.region,
        endpoint_url=store.endpoint_url,
        aws_access_key_id=access_key or store.access_key,
        aws_secret_access_key=store.secret_key,
        config=config,
    )
