"""Which part is traced how, by the name that wiring has for it.

The object store is not among them: its calls are told by their client, see `calls.py`.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from chunk_service.adapters.tracing.origins import Origins
from chunk_service.adapters.tracing.spans import Spans
from chunk_service.adapters.tracing.steps import Steps
from chunk_service.adapters.tracing.work import (
    TracedCleanUp,
    TracedClose,
    TracedReceive,
    TracedRelay,
    TracedSender,
)

T = TypeVar("T")


class TracedParts:
    """Called for every part, by name; families of statements are all those not named here."""

    def __init__(self, spans: Spans, origins: Origins) -> None:
        self._steps = Steps(spans, origins)
        self._known: dict[str, Callable[[Any], object]] = {
            "store": lambda store: store,
            "spool": self._steps.spool,
            "receive": lambda receive: TracedReceive(spans, receive),
            "relay": lambda relay: TracedRelay(spans, origins, relay),
            "close": lambda close: TracedClose(spans, origins, close),
            "clean_up": lambda clean_up: TracedCleanUp(spans, clean_up),
            "webhook": lambda sender: TracedSender(spans, sender, speaks_http=True),
            "mail": lambda sender: TracedSender(spans, sender, speaks_http=False),
        }

    def __call__(self, name: str, part: T, /) -> T:
        known = self._known.get(name)
        return self._steps.statements(name, part) if known is None else cast("T", known(part))
