"""Which request brought a chunk, or completed an upload: what its later work goes on from.

In the memory of this process, for the newest ones. Nobody depends on it: work whose request is not
known, after a restart or in another process, begins a trace of its own.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, get_current_span, set_span_in_context

MOST: Final = 10_000


class Origins:
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._noted: OrderedDict[Hashable, tuple[int, SpanContext]] = OrderedDict()
        self._number = 0

    def note(self, key: Hashable) -> None:
        """What is current now is where `key` comes from."""
        context = get_current_span().get_span_context()
        if not context.is_valid:
            return
        self._number += 1
        self._noted.pop(key, None)
        self._noted[key] = self._number, context
        if len(self._noted) > self._most:
            self._noted.popitem(last=False)

    def of(self, keys: Iterable[Hashable]) -> list[SpanContext]:
        """Those that are known, the newest last, each once."""
        noted = sorted((self._noted[key] for key in keys if key in self._noted), key=_number)
        return list({context.span_id: context for _, context in noted}.values())


def _number(noted: tuple[int, SpanContext]) -> int:
    return noted[0]


def going_on_from(origins: Sequence[SpanContext]) -> Context:
    """The newest as the context of what follows; without any a new trace begins."""
    if not origins:
        return Context()
    return set_span_in_context(NonRecordingSpan(origins[-1]), Context())
