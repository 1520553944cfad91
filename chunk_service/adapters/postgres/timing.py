"""How long each statement took, told to whoever watches; nobody has to."""

import time
from typing import Any, Final, Protocol

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

_BEGAN: Final = "chunk_service.began"


class Watch(Protocol):
    def asked(self, seconds: float, *, failed: bool) -> None: ...


def watch_statements(engine: Engine, watch: Watch) -> None:
    def begin(connection: Connection, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's events
        connection.info[_BEGAN] = time.perf_counter()

    def end(connection: Connection, *_: Any) -> None:  # noqa: ANN401
        watch.asked(time.perf_counter() - connection.info.pop(_BEGAN), failed=False)

    def fail(context: ExceptionContext) -> None:
        if context.connection is not None and _BEGAN in context.connection.info:
            began: float = context.connection.info.pop(_BEGAN)
            watch.asked(time.perf_counter() - began, failed=True)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
