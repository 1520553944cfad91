"""Use cases that are spans of their own, and what each goes on from.

The relay of a part goes on from the request that brought the last of its chunks, and links to the
others'; the closing from the request that completed the upload; an attempt of a delivery from what
its job carries. Where that is not known they begin a trace, and have the upload's id all the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from opentelemetry.context import Context, get_current
from opentelemetry.trace import SpanKind

from chunk_service.adapters.tracing.origins import Origins, going_on_from
from chunk_service.adapters.tracing.spans import UPLOAD_ID, Attributes, Spans, fail
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.closing import Closed, Taken
from chunk_service.usecases.deliver_event import Delivery, Outcome, Sender
from chunk_service.usecases.ports import ChunkRequest, Receipt
from chunk_service.usecases.relaying import Claim


class Receive(Protocol):
    async def __call__(self, principal: Principal, request: ChunkRequest) -> Receipt: ...


class Relay(Protocol):
    async def claim(self, upload_id: UploadId) -> Claim | None: ...
    async def send(self, claim: Claim, when_sent: Callable[[], None]) -> None: ...


class Close(Protocol):
    async def __call__(self, upload_id: UploadId, taken: Taken | None = None) -> Closed: ...
    async def let_go(self, upload_id: UploadId) -> None: ...


class CleanUp(Protocol):
    async def __call__(self, upload_id: UploadId) -> bool: ...
    async def tidy(self, upload_ids: Sequence[UploadId]) -> Sequence[UploadId]: ...


@dataclass(frozen=True, slots=True)
class TracedReceive:
    spans: Spans
    receive: Receive

    async def __call__(self, principal: Principal, request: ChunkRequest) -> Receipt:
        with self.spans.step("receive chunk") as span:
            receipt = await self.receive(principal, request)
            span.set_attributes(
                {
                    UPLOAD_ID: str(receipt.address.upload_id),
                    "chunk_service.chunk": receipt.address.index,
                    "chunk_service.size_bytes": receipt.size_bytes,
                    "chunk_service.repeated": receipt.repeated,
                }
            )
            return receipt


@dataclass(frozen=True, slots=True)
class TracedRelay:
    spans: Spans
    origins: Origins
    relay: Relay

    async def claim(self, upload_id: UploadId) -> Claim | None:
        return await self.relay.claim(upload_id)

    async def send(self, claim: Claim, when_sent: Callable[[], None]) -> None:
        upload_id = claim.upload.id
        known = self.origins.of((upload_id, chunk.index) for chunk in claim.chunks)
        attributes: Attributes = {
            UPLOAD_ID: str(upload_id),
            "chunk_service.part": claim.number,
            "chunk_service.size_bytes": claim.size_bytes,
            "chunk_service.attempt": claim.attempts,
        }
        parent, others = going_on_from(known), known[:-1]
        with self.spans.first("relay part", attributes, parent=parent, links=others):
            await self.relay.send(claim, when_sent)


@dataclass(frozen=True, slots=True)
class TracedClose:
    spans: Spans
    origins: Origins
    close: Close

    async def __call__(self, upload_id: UploadId, taken: Taken | None = None) -> Closed:
        known = self.origins.of([upload_id])
        with self.spans.first(
            "close upload", {UPLOAD_ID: str(upload_id)}, parent=going_on_from(known)
        ) as span:
            closed = await self.close(upload_id, taken)
            span.set_attribute("chunk_service.closed", closed.value)
            return closed

    async def let_go(self, upload_id: UploadId) -> None:
        await self.close.let_go(upload_id)


@dataclass(frozen=True, slots=True)
class TracedCleanUp:
    spans: Spans
    clean_up: CleanUp

    async def __call__(self, upload_id: UploadId) -> bool:
        """Perhaps hours after the rest, so it is no part of that trace."""
        with self.spans.first("clean up", {UPLOAD_ID: str(upload_id)}, parent=Context()):
            return await self.clean_up(upload_id)

    async def tidy(self, upload_ids: Sequence[UploadId]) -> Sequence[UploadId]:
        """Many at a time, of as many traces."""
        return await self.clean_up.tidy(upload_ids)


@dataclass(frozen=True, slots=True)
class TracedSender:
    """`speaks_http`: what its outcomes have as a status."""

    spans: Spans
    sender: Sender
    speaks_http: bool

    async def post(self, delivery: Delivery) -> Outcome:
        attributes: dict[str, str | int] = {
            "chunk_service.event_id": delivery.event_id,
            "chunk_service.endpoint": delivery.endpoint,
            "chunk_service.attempt": delivery.attempts,
        }
        if delivery.upload_id is not None:
            attributes[UPLOAD_ID] = str(delivery.upload_id)
        with self.spans.first(
            f"deliver {delivery.event_type}",
            attributes,
            parent=get_current(),
            kind=SpanKind.CLIENT,
        ) as span:
            outcome = await self.sender.post(delivery)
            if self.speaks_http and outcome.status is not None:
                span.set_attribute("http.request.method", "POST")
                span.set_attribute("http.response.status_code", outcome.status)
            if not outcome.is_delivered:
                fail(span, outcome.error or str(outcome.status))
            return outcome
