"""Which request something came from: the newest ones, for as long as there is room."""

from opentelemetry.context import Context
from opentelemetry.trace import SpanContext, get_current_span

from chunk_service.adapters.tracing.origins import Origins, going_on_from
from tests.adapters.tracing.conftest import Kept


def note(kept: Kept, origins: Origins, *keys: object) -> SpanContext:
    with kept.spans.first("request", {}, parent=Context()) as span:
        for key in keys:
            origins.note(key)
    return span.get_span_context()


def test_the_newest_comes_last_and_each_once(kept: Kept) -> None:
    origins = Origins()
    first, second = note(kept, origins, 2, 0), note(kept, origins, 1)
    assert origins.of([1, 0, 2, 3]) == [first, second]
    third = note(kept, origins, 0)
    assert origins.of([0, 1, 2]) == [first, second, third]


def test_the_oldest_give_way(kept: Kept) -> None:
    origins = Origins(most=2)
    note(kept, origins, "a")
    second = note(kept, origins, "b", "c")
    assert origins.of(["a"]) == []
    assert origins.of(["b", "c"]) == [second]


def test_what_nothing_traced_brought_is_not_known() -> None:
    origins = Origins()
    origins.note("a")
    assert origins.of(["a"]) == []


def test_what_follows_goes_on_from_the_newest(kept: Kept) -> None:
    origins = Origins()
    _, second = note(kept, origins, 1), note(kept, origins, 2)
    following = get_current_span(going_on_from(origins.of([1, 2])))
    assert following.get_span_context() == second
    assert not get_current_span(going_on_from([])).get_span_context().is_valid
