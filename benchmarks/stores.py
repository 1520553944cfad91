"""The stores that contestants send to: the null S3, near or far away, and SeaweedFS.

The null S3 notes when objects appear. SeaweedFS is asked over and over, from the moment when the
last byte was sent, so as not to disturb what is measured.
"""

import json
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
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
_ASK_EVERY_SECONDS = 0.003


@dataclass(frozen=True, slots=True)
class Appeared:
    """`at` on the monotonic clock."""

    size_bytes: int
    at: float


class Store(Protocol):
    @property
    def url(self) -> str: ...

    def cpu_seconds(self) -> float | None: ...

    def appeared(self, *, since: float) -> list[Appeared]:
        """The objects that appeared since that moment, without the peers' notes of their own."""
        ...

    def watching(self, all_is_sent: Callable[[], bool]) -> AbstractContextManager[object]:
        """Inside the block it is noted when objects appear."""
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

    def watching(self, all_is_sent: Callable[[], bool]) -> AbstractContextManager[object]:
        return nullcontext(all_is_sent)

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
        self._seen_at: dict[str, float] = {}

    def cpu_seconds(self) -> float | None:
        return None

    def appeared(self, *, since: float) -> list[Appeared]:
        return [
            Appeared(item["Size"], self._seen_at[item["Key"]])
            for item in self._look()
            if not item["Key"].endswith(_NOTES)
        ]

    @contextmanager
    def watching(self, all_is_sent: Callable[[], bool]) -> Iterator[None]:
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(all_is_sent, over))
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, all_is_sent: Callable[[], bool], over: threading.Event) -> None:
        while not over.wait(_ASK_EVERY_SECONDS):
            if all_is_sent():
                self._look()

    def _look(self) -> list[dict[str, Any]]:
        found = self._objects()
        now = time.monotonic()
        for item in found:
            self._seen_at.setdefault(item["Key"], now)
        return found

    def forget(self) -> None:
        self._seen_at.clear()
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
