"""Parts whose awaited calls are steps of what is traced: families of statements, and the spool.

Whoever calls them from nothing that is traced, such as a round that only looks, leaves no span. The
calls that decide where later work comes from are noted on the way.
"""

import inspect
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar, cast

from opentelemetry.trace import SpanKind

from chunk_service.adapters.tracing.origins import Origins
from chunk_service.adapters.tracing.spans import Attributes, Spans
from chunk_service.domain.chunking import Placement
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.closing import Unread
from chunk_service.usecases.receiving import Attempt

T = TypeVar("T")
_Call = Callable[..., Awaitable[Any]]
_Around = Callable[[str, _Call], _Call]

_DATABASE: Final[Attributes] = {"db.system.name": "postgresql"}


def _chunk(_attempt: Attempt, upload: Upload, placement: Placement, *_: object) -> Hashable:
    return upload.id, placement.index


def _upload(upload: Upload | Unread, *_: object) -> Hashable:
    return upload.id


_BRINGING: Final[dict[str, Callable[..., Hashable]]] = {
    "receiving.record": _chunk,
    "receiving.retake": _chunk,
    "closing.begin_completing": _upload,
    "presigned.begin_completing": _upload,
}


class Steps:
    def __init__(self, spans: Spans, origins: Origins) -> None:
        self._spans = spans
        self._origins = origins

    def statements(self, name: str, rows: T) -> T:
        return _surrounded(rows, lambda method, call: self._statement(f"{name}.{method}", call))

    def spool(self, spool: T) -> T:
        return _surrounded(spool, self._of_spool)

    def _statement(self, name: str, call: _Call) -> _Call:
        key_of = _BRINGING.get(name)

        async def step(*arguments: object, **named: object) -> object:
            if key_of is not None:
                self._origins.note(key_of(*arguments))
            with self._spans.step(name, _DATABASE, SpanKind.CLIENT):
                return await call(*arguments, **named)

        return step

    def _of_spool(self, method: str, call: _Call) -> _Call:
        async def step(*arguments: object, **named: object) -> object:
            with self._spans.step(f"spool.{method}"):
                result = await call(*arguments, **named)
            return _surrounded(result, self._of_writer) if method == "create" else result

        return step

    def _of_writer(self, method: str, call: _Call) -> _Call:
        """Pieces are too many to tell of each; the end is where the disk is waited for."""
        return self._of_spool(method, call) if method == "finish" else call


class _Surrounded:
    """Stands in the part's place and has all that it has."""

    def __init__(self, part: object, around: _Around) -> None:
        self._part = part
        self._around = around

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the part has
        value = getattr(self._part, name)
        if inspect.iscoroutinefunction(value):
            value = self.__dict__[name] = self._around(name, value)
        return value


def _surrounded(part: T, around: _Around) -> T:
    return cast("T", _Surrounded(part, around))
