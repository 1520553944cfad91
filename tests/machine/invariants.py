"""What must be so at every still moment, whatever was done before. One sentence, one function.

`History` remembers what may never change: digests of chunks, terminal states, bytes of events.
"""

from dataclasses import dataclass, field

from chunk_service.domain.states import EVENTS, TERMINAL, State
from chunk_service.settings.model import Settings
from tests.machine.miniature import PART_BYTES
from tests.machine.model import Known, Model
from tests.machine.snapshot import Row, Rows, Snapshot

LIVE = ("open", "completing")


@dataclass
class History:
    digests: dict[tuple[str, int], str] = field(default_factory=dict)
    endings: dict[str, Row] = field(default_factory=dict)
    payloads: dict[str, str] = field(default_factory=dict)


def check(model: Model, now: Snapshot, history: History, limits: Settings) -> None:
    for known in model.uploads:
        _what_was_acknowledged_is_here(known, now)
        _the_object_is_whole_or_absent(known, now)
        _an_object_comes_to_be_once(known, now)
    _a_chunk_never_changes(now.rows, history)
    _an_end_is_for_good(now.rows, history)
    _an_event_tells_each_end_and_nothing_else(now.rows, history)
    _etags_are_of_the_current_multipart(now.rows)
    _nothing_is_used_beyond_its_limit(now, limits)
    _nothing_expires_before_its_time(now.rows)


def _what_was_acknowledged_is_here(known: Known, now: Snapshot) -> None:
    upload = now.rows.upload(known.id)
    if upload["state"] not in LIVE:
        return
    rows = now.rows.chunks_of(known.id)
    for index in known.owed:
        chunk = rows.get(index)
        assert chunk is not None, f"chunk {index} of {known.id} was acknowledged and has no row"
        assert chunk["state"] != "missing", f"chunk {index} of {known.id} is asked for again"
        if chunk["state"] == "spooled":
            assert now.files.get(chunk["file_name"]) == known.chunks[index], "bytes not on the disk"
        elif known.shape.sizes[index] and upload["key"] not in now.objects:
            _is_in_parts(upload, chunk, known.chunks[index], now)


def _is_in_parts(upload: Row, chunk: Row, data: bytes, now: Snapshot) -> None:
    multipart = now.multiparts[upload["mpu_id"]]
    etags = {row["number"]: row["etag"] for row in now.rows.of(now.rows.parts, upload["id"])}
    for place, byte in enumerate(data, start=chunk["offset_bytes"]):
        number = place // PART_BYTES + 1
        part = multipart.parts[number]
        assert part.etag == etags[number], f"part {number} is not the one that was noted"
        assert b"".join(part.blob.read())[place % PART_BYTES] == byte, "other bytes in the store"


def _the_object_is_whole_or_absent(known: Known, now: Snapshot) -> None:
    upload = now.rows.upload(known.id)
    found = now.objects.get(upload["key"])
    assert found in (None, known.content), "an object that is not the concatenation"
    if upload["state"] == State.STORED:
        assert found is not None, "stored, and there is no object"
        indices = sorted(now.rows.chunks_of(known.id))
        assert indices == list(range(len(known.chunks))), f"stored with a hole: {indices}"
    elif upload["state"] != State.COMPLETING:
        assert found is None, f"an object of an upload that is {upload['state']}"
    if known.result is not None:
        assert upload["state"] == State.STORED, "completion was answered and is not so"
    if known.is_aborted:
        assert upload["state"] == State.ABORTED, "an abort was answered and is not so"


def _an_object_comes_to_be_once(known: Known, now: Snapshot) -> None:
    assert now.creations.get(now.rows.upload(known.id)["key"], 0) <= 1, "created twice"


def _a_chunk_never_changes(rows: Rows, history: History) -> None:
    for chunk in rows.chunks:
        address = (chunk["upload_id"], chunk["index"])
        assert history.digests.setdefault(address, chunk["crc64nvme"]) == chunk["crc64nvme"]


def _an_end_is_for_good(rows: Rows, history: History) -> None:
    names = ("state", "stored_size", "stored_etag", "stored_checksum", "ended_at", "failure")
    for upload in rows.uploads:
        if upload["state"] in TERMINAL:
            end = {name: upload[name] for name in names}
            assert history.endings.setdefault(upload["id"], end) == end
        assert upload["id"] not in history.endings or upload["state"] in TERMINAL


def _an_event_tells_each_end_and_nothing_else(rows: Rows, history: History) -> None:
    told = sorted((event["upload_id"], event["type"]) for event in rows.events)
    ended = [row for row in rows.uploads if row["state"] in TERMINAL]
    assert told == sorted((row["id"], EVENTS[State(row["state"])]) for row in ended)
    stored = sorted(row["id"] for row in ended if row["state"] == State.STORED)
    assert sorted(row["upload_id"] for row in rows.files) == stored
    assert sorted(row["event_id"] for row in rows.deliveries) == sorted(
        event["id"] for event in rows.events
    )
    for event in rows.events:
        assert history.payloads.setdefault(event["id"], event["payload"]) == event["payload"]


def _etags_are_of_the_current_multipart(rows: Rows) -> None:
    for part in rows.parts:
        if part["etag"] is not None:
            assert part["mpu_id"] == rows.upload(part["upload_id"])["mpu_id"]


def _nothing_is_used_beyond_its_limit(now: Snapshot, limits: Settings) -> None:
    rows = now.rows
    live = [row for row in rows.uploads if row["state"] in LIVE]
    assert len(live) <= limits.max_open_uploads_per_owner
    spooled = sum(row["size_bytes"] for row in rows.chunks if row["state"] == "spooled")
    booked = sum(row["size_bytes"] for row in rows.reservations)
    assert spooled + booked <= limits.spool_max_bytes
    undeclared = [row["id"] for row in live if row["total_size"] is None]
    owned = sum(
        row["received_bytes"] if row["total_size"] is None else row["total_size"] for row in live
    )
    owned += sum(row["size_bytes"] for row in rows.reservations if row["upload_id"] in undeclared)
    owned += sum(row["size_bytes"] for row in rows.files)
    assert limits.quota_bytes_per_owner is not None
    assert owned <= limits.quota_bytes_per_owner


def _nothing_expires_before_its_time(rows: Rows) -> None:
    for upload in rows.uploads:
        if upload["state"] == State.EXPIRED:
            assert upload["expires_at"] <= upload["ended_at"]
