"""Why windows of an upload are not in the store yet, in sentences: pure, like upload_reasons.py."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from chunk_service.domain.ranges import Range, gaps, ranges_of
from chunk_service.domain.states import State
from chunk_service.domain.uploads import RelayMode, Upload
from chunk_service.usecases.find_uploads import PartRecord, UploadRecord
from chunk_service.usecases.upload_reasons import Cause, Reason, missing_of, moment, named

MOST_WINDOWS = 20
# Processes say that they are there every half minute.
AWAY_AFTER = timedelta(seconds=90)


def of_windows(record: UploadRecord) -> Iterator[Reason]:
    upload = record.upload
    unsent = [part for part in record.parts if not part.is_sent]
    if upload.state not in (State.OPEN, State.COMPLETING) or not upload.way.is_received:
        return
    for part in [each for each in unsent if not each.is_covered][:MOST_WINDOWS]:
        yield _waits(record, part)
    covered = [each for each in unsent if each.is_covered]
    if _may_go(upload):
        yield from _of_covered(covered)
    if covered or unsent:
        yield from _of_spools(record)


def _may_go(upload: Upload) -> bool:
    """An upload of one window is one PutObject, made when it completes."""
    is_eager = upload.relay_mode is RelayMode.EAGER or upload.state is State.COMPLETING
    bytes_known = max(upload.total_size or 0, upload.received_bytes)
    return is_eager and bytes_known > upload.part_size


def _waits(record: UploadRecord, part: PartRecord) -> Reason:
    sentence = f"Window {part.number} has {part.covered_bytes} of {part.needed_bytes} bytes"
    chunks = _chunks_of(record, part)
    if chunks:
        return Reason(Cause.WINDOW_WAITS, f"{sentence} and waits for {named('chunk', chunks)}.")
    return Reason(Cause.WINDOW_WAITS, f"{sentence} and waits for the chunks after those here.")


def _chunks_of(record: UploadRecord, part: PartRecord) -> Sequence[Range]:
    """Those that are not here of the chunks whose bytes fall into the window."""
    upload, size = record.upload, record.upload.chunk_size
    if size is None:
        return missing_of(record)[:1]
    start = (part.number - 1) * upload.part_size
    first, last = start // size, (start + part.needed_bytes - 1) // size
    return [
        (max(begin, first), min(end, last + 1))
        for begin, end in gaps(record.received, last + 1)
        if end > first
    ]


def _of_covered(covered: Sequence[PartRecord]) -> Iterator[Reason]:
    for part in covered:
        if part.lease is not None and part.lease.is_running:
            sentence = f"Window {part.number} is being sent by {part.lease.holder}, whose lease"
            until = moment(part.lease.until)
            yield Reason(Cause.WINDOW_SENDING, f"{sentence} runs until {until}.")
    idle = [each for each in covered if each.lease is None or not each.lease.is_running]
    aside = ranges_of(each.number for each in idle if each.is_set_aside)
    ready = ranges_of(each.number for each in idle if not each.is_set_aside)
    if aside:
        sentence = "claimed as often as is tried, each time by a process that died over it, and set"
        sentence += " aside: see the logs, then abort the upload"
        yield Reason(Cause.WINDOW_SET_ASIDE, f"{named('Window', aside)}: {sentence}.")
    if ready:
        sentence = "whole, and waiting for a process with their spool to send them"
        yield Reason(Cause.WINDOW_READY, f"{named('Window', ready)}: {sentence}.")


def _of_spools(record: UploadRecord) -> Iterator[Reason]:
    for spool in record.spools:
        if spool.away < AWAY_AFTER or spool.is_forgotten:
            continue
        sentence = f"The spool {spool.id} (last on {spool.host}) has bytes of it and was last seen"
        sentence += f" at {moment(spool.seen_at)}: start a process with that volume, or give it up"
        yield Reason(Cause.SPOOL_AWAY, f"{sentence} with `chunk-service spool forget`.")
