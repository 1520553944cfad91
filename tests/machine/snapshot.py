"""All rows as one statement sees them, with what lies on the disk and in the store meanwhile."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.doubles.s3.double import S3Double
from tests.doubles.s3.records import Multipart

Row = Mapping[str, Any]

_TABLES = ("uploads", "chunks", "parts", "reservations", "files", "events", "deliveries")
_READ = "SELECT " + ", ".join(
    f"(SELECT coalesce(jsonb_agg(t ORDER BY t), '[]') FROM {table} t) AS {table}"
    for table in _TABLES
)


@dataclass(frozen=True, slots=True)
class Rows:
    uploads: Sequence[Row]
    chunks: Sequence[Row]
    parts: Sequence[Row]
    reservations: Sequence[Row]
    files: Sequence[Row]
    events: Sequence[Row]
    deliveries: Sequence[Row]

    def upload(self, upload_id: str) -> Row:
        return next(row for row in self.uploads if row["id"] == upload_id)

    def state(self, upload_id: str) -> str:
        return str(self.upload(upload_id)["state"])

    def of(self, rows: Sequence[Row], upload_id: str) -> list[Row]:
        return [row for row in rows if row["upload_id"] == upload_id]

    def chunks_of(self, upload_id: str) -> dict[int, Row]:
        return {row["index"]: row for row in self.of(self.chunks, upload_id)}

    def missing(self, upload_id: str, count: int) -> set[int]:
        here = {
            index
            for index, chunk in self.chunks_of(upload_id).items()
            if chunk["state"] != "missing"
        }
        return set(range(count)) - here


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A still moment: the rows were the same before and after disk and store were looked at."""

    rows: Rows
    files: Mapping[str, bytes]
    objects: Mapping[str, bytes]
    multiparts: Mapping[str, Multipart]
    creations: Mapping[str, int]


async def read_rows(database: asyncpg.Pool) -> Rows:
    row = await database.fetchrow(_READ)
    assert row is not None
    return Rows(**{table: json.loads(row[table]) for table in _TABLES})


async def take_snapshot(
    database: asyncpg.Pool, spool: Path, double: S3Double, bucket: str
) -> Snapshot:
    rows = await read_rows(database)
    while True:
        snapshot = Snapshot(
            rows=rows,
            files=_files(spool),
            objects={key: double.content(bucket, key) or b"" for key in double.keys(bucket)},
            multiparts={each.id: each for each in double.multiparts(bucket)},
            creations={
                key: count
                for (name, key), count in double.ledger.creations.items()
                if name == bucket
            },
        )
        rows = await read_rows(database)
        if rows == snapshot.rows:
            return snapshot


def _files(spool: Path) -> dict[str, bytes]:
    found = {}
    for path in spool.iterdir():
        try:
            found[path.name] = path.read_bytes()
        except FileNotFoundError:
            continue
    return {name: data for name, data in found.items() if not name.startswith(("spool-id", "."))}
