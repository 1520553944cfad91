"""The stores that contestants send to: the null S3, near or far away, and SeaweedFS."""

import json
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3

from benchmarks.contestants.contestant import ACCESS_KEY, BUCKET, REGION, SECRET_KEY
from benchmarks.contestants.programs import server
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from chunk_service.cli.stack.seaweedfs import EmbeddedSeaweedFS

_ROOT = Path(__file__).parents[1]
_NOTES = (".info", ".part")


@dataclass(frozen=True, slots=True)
class Appeared:
    """`at` on the monotonic clock; None where the store doesn't tell."""

    size_bytes: int
    at: float | None


class Store(Protocol):
    @property
    def url(self) -> str: ...

    def cpu_seconds(self) -> float | None: ...

    def appeared(self, *, since: float) -> list[Appeared]:
        """The objects that appeared since that moment, without the peers' notes of their own."""
        ...

    def forget(self) -> None:
        """What was measured makes room for what comes."""
        ...


@dataclass(frozen=True, slots=True)
class NullStore:
    url: str

    def cpu_seconds(self) -> float | None:
        return float(self._figures()["cpu_seconds"])

    def appeared(self, *, since: float) -> list[Appeared]:
        return [
            Appeared(size_bytes, at)
            for key, size_bytes, at in self._figures()["appearances"]
            if at >= since and not key.endswith(_NOTES)
        ]

    def forget(self) -> None:
        """It keeps next to nothing anyway."""

    def _figures(self) -> Mapping[str, Any]:
        with urllib.request.urlopen(f"{self.url}/-/figures") as answer:  # noqa: S310 - our own
            return dict(json.load(answer))


@contextmanager
def null_store(folder: Path, *, round_trip_ms: int = 0, mbit: int = 0) -> Iterator[Store]:
    port = free_port()
    where = ("--port", str(port), "--round-trip-ms", str(round_trip_ms), "--mbit", str(mbit))
    command = (sys.executable, "-m", "benchmarks.null_s3", *where)
    env = {"PYTHONPATH": str(_ROOT)}
    with server("the null S3", command, port=port, folder=folder, env=env):
        yield NullStore(f"http://{LOOPBACK}:{port}")


class SeaweedStore:
    """It is asked what it has, and emptied after each measurement."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._s3 = boto3.client(
            "s3",
            endpoint_url=url,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
        )
        self._s3.create_bucket(Bucket=BUCKET)

    def cpu_seconds(self) -> float | None:
        return None

    def appeared(self, *, since: float) -> list[Appeared]:
        found = self._objects()
        return [Appeared(item["Size"], None) for item in found if not item["Key"].endswith(_NOTES)]

    def forget(self) -> None:
        for item in self._objects():
            self._s3.delete_object(Bucket=BUCKET, Key=item["Key"])

    def _objects(self) -> list[dict[str, Any]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [item for page in pages for item in page.get("Contents", [])]


@contextmanager
def seaweed_store(folder: Path) -> Iterator[Store]:
    store = EmbeddedSeaweedFS.start(folder, access_key=ACCESS_KEY, secret_key=SECRET_KEY)
    try:
        yield SeaweedStore(store.endpoint_url)
    finally:
        store.stop()
