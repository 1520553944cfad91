"""What a contestant is: how it is started beside a store, and by which ways it takes files."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from benchmarks.client.ways import Way

BUCKET = "bucket"
REGION = "us-east-1"
ACCESS_KEY, SECRET_KEY = "benchmark", "benchmark-secret"


class Group(StrEnum):
    """Which rows a contestant takes part in."""

    OURS = "ours"
    SYNCED = "ours, with fsync"
    HASHED = "ours, with SHA-256"
    PEER = "peer"
    SLOW_PEER = "slow peer"
    LIMIT = "limit"


class LeftOut(Exception):
    """Why a contestant can't take part here."""


class Kind(StrEnum):
    """How a file is sent."""

    CHUNKS = "chunks"
    CHUNK_FORMS = "chunks as forms"
    ONE_REQUEST = "one request"
    ONE_FORM = "one form"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contestant runs: a folder of its own, and the store that it sends to."""

    folder: Path
    store_url: str


@dataclass(frozen=True, slots=True)
class Running:
    """`pid` is the relay's process, `postgres_pid` its database's, where it has one."""

    url: str
    pid: int
    ways: Mapping[Kind, Way]
    postgres_pid: int | None = None


class Contestant(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def group(self) -> Group: ...

    @property
    def description(self) -> str:
        """Version and settings, for the page."""
        ...

    def prepare(self, workshop: Path) -> None:
        """Build or install it; LeftOut where that can't be."""
        ...

    def running(self, place: Place) -> AbstractContextManager[Running]: ...


def aws_environment() -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
