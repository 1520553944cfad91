"""The parts of an engine, of which a test has only those that it is about."""

from typing import Any
from uuid import uuid4

from chunk_service.domain.uploads import SpoolId
from chunk_service.worker.engine import EngineParts


def engine_parts(nothing: object, **parts: object) -> EngineParts:
    """`nothing` stands for all that is not named."""
    names = set(EngineParts.__dataclass_fields__) - {"spool_id"}
    every: dict[str, Any] = dict.fromkeys(names, nothing) | parts
    return EngineParts(**every, spool_id=SpoolId(uuid4()))
