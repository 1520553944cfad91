"""The statement that finds files: one text for each number of words, so that an index can serve.

A word is looked for anywhere in the name where it has three characters, which is what the index
knows names by; a shorter one at the beginning of the name. Wildcards in words stand for themselves.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.files import FILE_COLUMNS, file_of
from chunk_service.adapters.postgres.statements import Statement, statement
from chunk_service.domain.library import File
from chunk_service.usecases.find_files import FileSearch

WHOLE_WORD_CHARACTERS = 3


@cache
def search(word_count: int) -> Statement:
    named = "".join(f" AND f.name ILIKE :word_{number}" for number in range(word_count))
    return statement(f"""
        SELECT {FILE_COLUMNS} FROM files f
        WHERE f.owner = :owner AND f.deleted_at IS NULL{named}
            AND (:content_type IS NULL OR f.content_type = :content_type)
            AND (:type_family IS NULL OR starts_with(f.content_type, :type_family))
            AND (:since IS NULL OR f.created_at >= :since)
            AND (:until IS NULL OR f.created_at < :until)
            AND (:min_size IS NULL OR f.size_bytes >= :min_size)
            AND (:max_size IS NULL OR f.size_bytes <= :max_size)
            AND f.metadata @> CAST(:metadata AS jsonb)
            AND (:behind_at IS NULL OR (f.created_at, f.id) < (:behind_at, :behind))
        ORDER BY f.created_at DESC, f.id DESC LIMIT :limit
    """)


@dataclass(frozen=True, slots=True)
class FileSearchRows:
    database: Database

    async def search(self, owner: str, wanted: FileSearch) -> Sequence[File]:
        words = {f"word_{number}": pattern(word) for number, word in enumerate(wanted.words)}
        family = wanted.content_type is not None and wanted.content_type.endswith("/*")
        rows = await self.database.rows(
            search(len(wanted.words)),
            owner=owner,
            content_type=None if family else wanted.content_type,
            type_family=(wanted.content_type or "").removesuffix("*") if family else None,
            since=wanted.since,
            until=wanted.until,
            min_size=wanted.min_size,
            max_size=wanted.max_size,
            metadata=json.dumps(dict(wanted.metadata)),
            behind_at=None if wanted.behind is None else wanted.behind.created_at,
            behind=None if wanted.behind is None else wanted.behind.id,
            limit=wanted.limit,
            **words,
        )
        return [file_of(row) for row in rows]


def pattern(word: str) -> str:
    literal = "".join(f"\\{each}" if each in "\\%_" else each for each in word)
    return f"%{literal}%" if len(word) >= WHOLE_WORD_CHARACTERS else f"{literal}%"
