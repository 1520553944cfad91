"""Why an upload is not finished, in sentences: pure, from its rows and what the store just said.

A reason has a name for programs and a sentence for people. What the client owes comes first, then
what is owed here, then what time does to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chunk_service.domain.ranges import Range, as_text, gaps, ranges_of
from chunk_service.domain.states import LIVE, State
from chunk_service.domain.uploads import ChunkState, RelayMode, Upload, Way
from chunk_service.usecases.find_events import DeliveryState, EventSummary
from chunk_service.usecases.find_uploads import UploadDetails, UploadRecord

MOST_RANGES = 20


class Cause(StrEnum):
    CHUNKS_MISSING = "chunks-missing"
    CHUNKS_LOST = "chunks-lost"
    CHUNKS_WAIT = "chunks-wait"
    RECEIVING = "receiving"
    ONE_REQUEST = "one-request"
    PRESIGNED = "presigned"
    NOT_COMPLETED = "not-completed"
    RELAY_LATER = "relay-later"
    WINDOW_WAITS = "window-waits"
    WINDOW_SENDING = "window-sending"
    WINDOW_READY = "window-ready"
    WINDOW_SET_ASIDE = "window-set-aside"
    SPOOL_AWAY = "spool-away"
    STORE_REFUSES = "store-refuses"
    STORE_AWAY = "store-away"
    CLOSING_OUTSTANDING = "closing-outstanding"
    BEING_CLOSED = "being-closed"
    NOBODY_CLOSES = "nobody-closes"
    DEADLINE = "deadline"
    OVERDUE = "overdue"
    ENDED = "ended"
    CLEAN_UP_OWED = "clean-up-owed"
    EVENT_UNDELIVERED = "event-undelivered"


@dataclass(frozen=True, slots=True)
class Reason:
    cause: Cause
    sentence: str


def of_client(record: UploadRecord) -> Iterator[Reason]:
    """What only the client can do."""
    upload = record.upload
    if upload.state is not State.OPEN:
        return
    if not upload.way.is_received:
        yield _presigned(record)
        return
    yield from _of_chunks(record)
    if upload.way is Way.WHOLE:
        until = moment(upload.expires_at)
        sentence = f"It lives in one request and ends with it, or at {until} without progress."
        yield Reason(Cause.ONE_REQUEST, sentence)
    elif not missing_of(record) and upload.chunk_count:
        sentence = f"All {upload.chunk_count} chunks that are known of are here."
        yield Reason(Cause.NOT_COMPLETED, f"{sentence} The client has not called complete.")


def _presigned(record: UploadRecord) -> Reason:
    upload = record.upload
    if upload.way is Way.MULTIPART:
        sentence = "Its parts go straight to the store; the client has not completed it."
        return Reason(Cause.PRESIGNED, sentence)
    sentence = "Its bytes go straight to the store by a presigned link, and none that fit it were"
    sentence += " found there yet; the client has not confirmed it."
    if record.check_due_at is not None:
        sentence += f" A worker looks there again at {moment(record.check_due_at)}."
    return Reason(Cause.PRESIGNED, sentence)


def _of_chunks(record: UploadRecord) -> Iterator[Reason]:
    upload, missing = record.upload, missing_of(record)
    lost = ranges_of(c.index for c in record.chunks if c.state is ChunkState.MISSING)
    if upload.chunk_count == 0 and upload.way is Way.CHUNKS:
        yield Reason(Cause.CHUNKS_MISSING, "No chunk is here.")
    elif missing:
        of = "" if _end(upload) is None else f" of {_end(upload)}"
        yield Reason(Cause.CHUNKS_MISSING, f"Missing{of}: {named('chunk', missing)}.")
    if lost:
        sentence = f"Lost here, and taken again with the same bytes only: {named('chunk', lost)}."
        yield Reason(Cause.CHUNKS_LOST, sentence)
    waiting = [c.index for c in record.chunks if c.offset is None]
    if missing and waiting:
        sentence = f"Their place is not known before chunk {missing[0][0]} is here: "
        yield Reason(Cause.CHUNKS_WAIT, sentence + named("chunk", ranges_of(waiting)) + ".")
    for each in record.reservations:
        if each.index is not None and not each.is_over:
            sentence = f"Chunk {each.index} is being received: {each.size_bytes} bytes are reserved"
            yield Reason(Cause.RECEIVING, f"{sentence} until {moment(each.expires_at)}.")


def of_closing(record: UploadRecord) -> Iterator[Reason]:
    """Where a completing upload stands."""
    upload, lease = record.upload, record.close_lease
    if upload.state is not State.COMPLETING:
        return
    if upload.closing:
        sentence = "A call that makes the object went out and its outcome is not proved yet: it is"
        yield Reason(Cause.CLOSING_OUTSTANDING, f"{sentence} repeated until it is.")
    if lease is not None and lease.is_running:
        sentence = f"It is being closed by {lease.holder}, until {moment(lease.until)} at least."
        yield Reason(Cause.BEING_CLOSED, sentence)
    else:
        sentence = "No process is closing it at this moment; one with its chunks' spool comes back"
        yield Reason(Cause.NOBODY_CLOSES, f"{sentence} to it within seconds, if one runs.")


def of_relay_mode(upload: Upload) -> Iterator[Reason]:
    if upload.state is State.OPEN and upload.relay_mode is RelayMode.ON_COMPLETION:
        sentence = "Nothing of it goes to the store before it is completed (relay: on_completion)."
        yield Reason(Cause.RELAY_LATER, sentence)


def of_time(record: UploadRecord) -> Iterator[Reason]:
    upload = record.upload
    if upload.state is not State.OPEN:
        return
    if upload.expires_at <= record.at:
        sentence = f"Its deadline passed at {moment(upload.expires_at)}: a worker expires it within"
        yield Reason(Cause.OVERDUE, f"{sentence} a minute, if one runs.")
        return
    sentence = f"It expires at {moment(upload.expires_at)} without progress, and at"
    yield Reason(Cause.DEADLINE, f"{sentence} {moment(record.expiry_limit)} in any case.")


def of_the_end(details: UploadDetails) -> Iterator[Reason]:
    """What is still owed of an upload that has ended."""
    record, upload = details.record, details.record.upload
    if upload.state in LIVE:
        return
    ended = "" if record.ended_at is None else f" since {moment(record.ended_at)}"
    failure = "" if upload.failure is None else f": {upload.failure}"
    yield Reason(Cause.ENDED, f"It is finished: {upload.state}{ended}{failure}.")
    if record.cleanup_due_at is not None:
        sentence = f"What is left of it is removed, next at {moment(record.cleanup_due_at)}."
        yield Reason(Cause.CLEAN_UP_OWED, sentence)
    for event in details.events:
        yield from _undelivered(event)


def _undelivered(event: EventSummary) -> Iterator[Reason]:
    for each in event.deliveries:
        if each.state is DeliveryState.DELIVERED:
            continue
        kind = "is a dead letter" if each.state is DeliveryState.DEAD else "is not delivered yet"
        tried = f"{event.type} {kind} for {each.endpoint}, after {each.attempts} attempts"
        answer = each.last_error or each.last_status
        end = "" if answer is None else f"; the last came to {answer}"
        yield Reason(Cause.EVENT_UNDELIVERED, f"{tried}{end} ({event.id}).")


def missing_of(record: UploadRecord) -> list[Range]:
    """The chunks that are not here, up to the last one that is known of."""
    end = _end(record.upload)
    return gaps(record.received, record.upload.highest_index + 1 if end is None else end)


def _end(upload: Upload) -> int | None:
    """How many chunks there will be, as far as that is known."""
    if upload.total_chunks is not None:
        return upload.total_chunks
    if upload.total_size is None or upload.chunk_size is None:
        return None
    return -(-upload.total_size // upload.chunk_size)


def named(what: str, ranges: Sequence[Range]) -> str:
    """`chunk 3`, `chunks 3, 5-9`, `chunks 0-1, 3 and more`."""
    one = len(ranges) == 1 and ranges[0][1] - ranges[0][0] == 1
    more = " and more" if len(ranges) > MOST_RANGES else ""
    return f"{what}{'' if one else 's'} {', '.join(as_text(ranges, MOST_RANGES))}{more}"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
