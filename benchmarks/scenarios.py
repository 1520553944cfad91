"""What is measured: every row of the tables.

Rows of one block share their contestants' processes and are interleaved round by round, so that
ratios between them are as good as those between contestants. Each block begins with new processes.

Peers may send less than this service does: so many bytes do not change their rates.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.contestants.contestant import Group, Kind
from benchmarks.sizes import KIB, MIB, Form

EVERYONE = frozenset(Group)
MOST = EVERYONE - {Group.HASHED}
RELAYS = MOST - {Group.LIMIT}
OURS = frozenset({Group.OURS})
_OURS = OURS | {Group.SYNCED, Group.HASHED}

FAR_ROUND_TRIP_MS, FAR_MBIT = 50, 100
_SLOWER_THAN_FAR_MBIT = 75
_SMALL_BYTES = 64 * KIB
_SLOW_SHARE = 4


class Where(StrEnum):
    """Which store the contestants send to."""

    NEAR = "the null S3"
    FAR = f"the null S3, {FAR_ROUND_TRIP_MS} ms and {FAR_MBIT} Mbit/s per connection away"
    SEAWEED = "SeaweedFS"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`uploads` files of that size, `at_once` at a time, each over so many connections.

    `mbit` limits each connection of the client. A peer sends one `peers_share`-th of a file, a slow
    one one `slow_share`-th.
    """

    key: str
    name: str
    block: str
    kind: Kind
    size_bytes: int
    chunk_bytes: int
    connections: int = 1
    uploads: int = 1
    at_once: int = 1
    where: Where = Where.NEAR
    who: frozenset[Group] = MOST
    mbit: float = 0
    peers_share: int = 1
    slow_share: int = 1
    with_disk: bool = False

    @property
    def is_small(self) -> bool:
        """Counted in uploads a second, not in MiB."""
        return self.size_bytes <= _SMALL_BYTES

    def of(self, group: Group) -> "Scenario":
        """What a contestant of this group is sent."""
        if group in _OURS:
            return self
        share = self.slow_share if group is Group.SLOW_PEER else self.peers_share
        size_bytes = max(self.size_bytes // share, self.connections * self.chunk_bytes)
        return dataclasses.replace(self, size_bytes=min(self.size_bytes, size_bytes))


def rows(form: Form) -> list[Scenario]:
    """In the order of the page."""
    every = [*_near(form), *_sizes(form), *_far(form), _seaweed(form)]
    if form.fresh_blocks:
        return every
    return [dataclasses.replace(each, block=each.where) for each in every]


def _near(form: Form) -> Iterator[Scenario]:
    large, half, medium = form.large_bytes, form.half_bytes, form.medium_bytes
    four = "put-4x8"
    yield dataclasses.replace(_put(4, 8, large, four), who=EVERYONE, with_disk=True)
    yield Scenario(
        "form-4x8",
        "4 connections × 8 MiB, as forms",
        four,
        Kind.CHUNK_FORMS,
        large,
        8 * MIB,
        4,
        who=frozenset({Group.OURS, Group.SYNCED}),
    )
    yield dataclasses.replace(_put(1, 8, large, "put-1x8"), who=EVERYONE)
    yield _put(4, 1, medium, "put-1-mib")
    yield _put(1, 1, medium, "put-1-mib")
    yield _put(4, 64, half, "put-64-mib")
    yield _put(1, 64, half, "put-64-mib")
    request = ("one request", Kind.ONE_REQUEST, large, large)
    yield Scenario("request", "one request for the file", *request, slow_share=_SLOW_SHARE)
    yield Scenario("form", "one form for the file", "one request", Kind.ONE_FORM, half, half)
    yield from _small(form.small_uploads)
    at_once = ("at once", Kind.CHUNKS, form.at_once_bytes, min(8 * MIB, form.at_once_bytes))
    yield Scenario("at-once-64", "64 uploads at once", *at_once, uploads=64, at_once=64)


def _put(connections: int, chunk_mib: int, size_bytes: int, block: str) -> Scenario:
    name = f"{connections} connection{'s' if connections > 1 else ''} × {chunk_mib} MiB"
    key = f"put-{connections}x{chunk_mib}"
    many = (size_bytes, chunk_mib * MIB, connections)
    return Scenario(key, name, block, Kind.CHUNKS, *many, slow_share=_SLOW_SHARE)


def _small(uploads: int) -> Iterator[Scenario]:
    for key, requests, kind in (
        ("small-one", "one request", Kind.ONE_REQUEST),
        ("small-three", "several requests", Kind.CHUNKS),
    ):
        name = f"64 KiB, 8 at once, in {requests}"
        size = _SMALL_BYTES
        yield Scenario(key, name, "small", kind, size, size, uploads=uploads, at_once=8)


def _sizes(form: Form) -> Iterator[Scenario]:
    for size in form.file_sizes:
        told = f"{size // KIB} KiB" if size < MIB else f"{size // MIB} MiB"
        uploads = 5 if size <= 64 * MIB else 1
        yield Scenario(
            f"file-{told.replace(' ', '-').lower()}",
            f"a file of {told}",
            "sizes",
            Kind.CHUNKS,
            size,
            min(size, 8 * MIB),
            4,
            uploads,
            who=OURS,
        )


def _far(form: Form) -> Iterator[Scenario]:
    eight = (8 * MIB, 4)
    yield Scenario(
        "far-4x8",
        "4 connections × 8 MiB, far",
        "far",
        Kind.CHUNKS,
        form.far_bytes,
        *eight,
        where=Where.FAR,
        who=MOST - {Group.SYNCED},
        peers_share=2,
        slow_share=2,
    )
    yield Scenario(
        "far-visible",
        f"far, and the client sends {_SLOWER_THAN_FAR_MBIT} Mbit/s per connection",
        "far",
        Kind.CHUNKS,
        form.far_visible_bytes,
        *eight,
        where=Where.FAR,
        who=RELAYS - {Group.SYNCED},
        mbit=_SLOWER_THAN_FAR_MBIT,
    )


def _seaweed(form: Form) -> Scenario:
    return Scenario(
        "seaweed-4x8",
        "4 connections × 8 MiB, SeaweedFS",
        "SeaweedFS",
        Kind.CHUNKS,
        form.seaweed_bytes,
        8 * MIB,
        4,
        where=Where.SEAWEED,
        slow_share=_SLOW_SHARE,
    )
