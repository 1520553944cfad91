"""How long searches take among many files: `python -m benchmarks.search --files 1000000`.

A real PostgreSQL with its usual settings, filled with files of a few large and many small owners;
every kind of search by owners drawn by lot, through the service's own statements.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from chunk_service.adapters.postgres.database import DatabaseOptions, open_database
from chunk_service.adapters.postgres.file_search import FileSearchRows
from chunk_service.cli import migrations
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from chunk_service.usecases.find_files import FileSearch

# A tenth of the files belongs to ten owners, the rest to a thousand.
_FILL = """
    INSERT INTO files (id, upload_id, owner, main_service_file_id, name, content_type, metadata,
        bucket, key, size_bytes, etag, created_at)
    SELECT id, id,
        CASE WHEN n % 10 = 0 THEN 'large-' || n / 10 % 10 ELSE 'small-' || n % 1000 END,
        to_jsonb(n),
        words.one || ' ' || words.two || ' ' || n || '.' || words.suffix,
        (ARRAY['audio/mpeg', 'video/mp4', 'application/pdf'])[1 + n % 3],
        jsonb_build_object('take', (n % 7)::text), 'bucket', 'uploads/' || id, n % 1000000, '"e"',
        now() - n * interval '10 seconds'
    FROM (SELECT n, gen_random_uuid() AS id
            FROM generate_series($1::int, $2::int) AS n) AS numbered,
        LATERAL (SELECT
            (ARRAY['interview', 'concert', 'lecture', 'résumé', 'invoice', 'holiday'])[1 + n % 6]
                AS one,
            substr(md5(n::text), 1, 6) AS two,
            (ARRAY['mp3', 'mp4', 'pdf'])[1 + n % 3] AS suffix) AS words
"""
_BATCH = 50_000
_PAGE = 100

Kind = Callable[[random.Random], FileSearch]
_KINDS: dict[str, Kind] = {
    "newest": lambda _: FileSearch(limit=_PAGE),
    "a frequent word": lambda _: FileSearch(limit=_PAGE, words=["concert"]),
    "a rare word": lambda dice: FileSearch(limit=_PAGE, words=[f"{dice.randrange(16**4):04x}"]),
    "two words": lambda dice: FileSearch(limit=_PAGE, words=["résumé", f"{dice.randrange(99)}"]),
    "the beginning": lambda _: FileSearch(limit=_PAGE, words=["in"]),
    "nothing like it": lambda _: FileSearch(limit=_PAGE, words=["zzzzzz"]),
    "word and type": lambda _: FileSearch(
        limit=_PAGE, words=["invoice"], content_type="application/pdf"
    ),
    "a month": lambda _: FileSearch(
        limit=_PAGE,
        since=datetime.now(UTC) - timedelta(days=60),
        until=datetime.now(UTC) - timedelta(days=30),
    ),
    "size and metadata": lambda _: FileSearch(
        limit=_PAGE, min_size=500_000, metadata={"take": "3"}
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="search")
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=200, help="of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chunk-service-search-") as name:
        postgres = EmbeddedPostgres.start(Path(name) / "postgres")
        try:
            migrations.upgrade(postgres.url())
            asyncio.run(_run(postgres.url(), options.files, options.searches))
        finally:
            postgres.stop()


async def _run(url: str, files: int, searches: int) -> None:
    await _fill(url, files)
    table = Table("search", "found, on average", "p50 ms", "p95 ms", "worst ms")
    options = DatabaseOptions(url=url, pool_size=1)
    async with open_database(options) as database:
        rows = FileSearchRows(database)
        for name, kind in _KINDS.items():
            table.add_row(name, *await _measure(rows, kind, searches))
    Console().print(f"{files} files, {searches} searches of each kind, by owners drawn by lot")
    Console().print(table)


async def _fill(url: str, files: int) -> None:
    connection = await asyncpg.connect(url)
    for first in range(1, files + 1, _BATCH):
        await connection.execute(_FILL, first, min(first + _BATCH - 1, files), timeout=600)
    await connection.execute("VACUUM ANALYZE files", timeout=600)
    await connection.close()


async def _measure(rows: FileSearchRows, kind: Kind, searches: int) -> list[str]:
    dice = random.Random(7)
    took_ms: list[float] = []
    found = 0
    for number in range(searches):
        owner = f"large-{number % 10}" if number % 5 == 0 else f"small-{dice.randrange(1000)}"
        began = time.perf_counter()
        found += len(await rows.search(owner, kind(dice)))
        took_ms.append((time.perf_counter() - began) * 1000)
    took_ms.sort()
    p95 = took_ms[int(len(took_ms) * 0.95)]
    return [
        f"{found / searches:.1f}",
        f"{took_ms[len(took_ms) // 2]:.1f}",
        f"{p95:.1f}",
        f"{took_ms[-1]:.1f}",
    ]


if __name__ == "__main__":
    main()
