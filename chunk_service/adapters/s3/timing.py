"""How long each call of the store took, told to whoever watches; nobody has to.

By botocore's events around a call, so its repetitions are within; the context that they share
carries the beginning. What is sent without botocore is timed where it is sent.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.client import AioBaseClient
from botocore.model import OperationModel

from chunk_service.adapters.s3.wire import sent_bytes

_BEGAN: Final = "chunk_service.began"
_SENT: Final = "chunk_service.sent"


class Watch(Protocol):
    def called(self, operation: str, *, status: int | None, seconds: float, sent: int) -> None: ...


class Answered(Protocol):
    @property
    def status(self) -> int: ...


A = TypeVar("A", bound=Answered)


def timed(watch: Watch | None, operation: str, call: Callable[[], A], *, sent: int = 0) -> A:
    """The same for a call that is made without botocore, in a thread."""
    began, status = time.perf_counter(), None
    try:
        answer = call()
        status = answer.status
        return answer
    finally:
        _tell(watch, operation, status, began, sent)


async def awaited(watch: Watch | None, operation: str, asking: Awaitable[A], *, sent: int = 0) -> A:
    """The same on the event loop."""
    began, status = time.perf_counter(), None
    try:
        answer = await asking
        status = answer.status
        return answer
    finally:
        _tell(watch, operation, status, began, sent)


def _tell(watch: Watch | None, operation: str, status: int | None, began: float, sent: int) -> None:
    if watch is not None:
        seconds = time.perf_counter() - began
        watch.called(operation, status=status, seconds=seconds, sent=sent)


class Timing:
    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def attach_to(self, client: AioBaseClient) -> None:
        events = client.meta.events
        events.register("before-call.s3", self._begin)
        events.register("after-call.s3", self._end)
        events.register("after-call-error.s3", self._fail)

    def _begin(
        self,
        *,
        model: OperationModel,
        params: Mapping[str, object],
        context: dict[str, Any],
        **_: object,
    ) -> None:
        context[_BEGAN] = model.name, time.perf_counter()
        context[_SENT] = sent_bytes(params.get("body"))

    def _end(self, *, http_response: AioAWSResponse, context: dict[str, Any], **_: object) -> None:
        self._tell(context, http_response.status_code)

    def _fail(self, *, context: dict[str, Any], **_: object) -> None:
        self._tell(context, None)

    def _tell(self, context: dict[str, Any], status: int | None) -> None:
        operation, began = context[_BEGAN]
        seconds = time.perf_counter() - began
        self._watch.called(operation, status=status, seconds=seconds, sent=context[_SENT])
