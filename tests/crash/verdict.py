"""What must be so when everything is healed, every client is done and the service is quiet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from chunk_service.domain.states import EVENTS, TERMINAL, State
from tests.crash.knowledge import Knowledge, Known
from tests.crash.plans import Ending
from tests.crash.site import Site
from tests.machine.snapshot import Row, Rows, read_rows

_MAY_END = {
    Ending.COMPLETE: {State.STORED},
    Ending.COMPLETE_TWICE: {State.STORED},
    Ending.ABORT: {State.ABORTED},
    Ending.RACE: {State.STORED, State.ABORTED},
    Ending.ABANDON: {State.EXPIRED},
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts for the table; what is wrong is among the findings."""

    states: Counter[str]
    doubled: int
    left_behind: int
    deliveries: int
    repeated_deliveries: int


async def read_all(database_url: str) -> Rows:
    async with asyncpg.create_pool(database_url, min_size=1, max_size=1) as pool:
        return await read_rows(pool)


async def left_behind(site: Site) -> list[str]:
    """What is still owed or lies about; empty in the quiet state."""
    rows = await read_all(site.clock.database_url)
    names = (path.name for path in site.spool.iterdir())
    found = [f"file {name}" for name in names if not name.startswith(("spool-id", "."))]
    found += [f"multipart upload of {key}" for key in await site.store.open_multiparts()]
    found += [f"reservation of {row['file_name']}" for row in rows.reservations]
    for upload in rows.uploads:
        found += [f"upload {upload['id']}: {each}" for each in _owed_of(upload)]
    found += [f"chunk {row['file_name']}" for row in rows.chunks if row["state"] == "spooled"]
    found += [f"lease of part {row}" for row in rows.parts if row["lease_holder"] is not None]
    found += [
        f"delivery {row['id']}: {row['state']}"
        for row in rows.deliveries
        if row["state"] != "delivered" or row["lease_until"] is not None
    ]
    return found


def _owed_of(upload: Row) -> list[str]:
    found = []
    if upload["state"] not in TERMINAL:
        found.append(str(upload["state"]))
    if upload["cleanup_due_at"] is not None:
        found.append("clean-up")
    if upload["close_holder"] is not None or upload["closing"]:
        found.append("closing")
    return found


async def judge(site: Site, knowledge: Knowledge) -> Verdict:
    """All invariants over everything; adds to the findings."""
    rows = await read_all(site.clock.database_url)
    objects = await site.store.objects()
    left = await left_behind(site)
    knowledge.findings += left[:20]
    known = {each.id: each for each in knowledge.uploads}
    wholes = {each.plan.name: each for each in knowledge.uploads if each.plan.is_whole}
    for row in rows.uploads:
        if row["id"] in known:
            continue
        if row["way"] != "whole":
            knowledge.findings.append(f"upload {row['id']} was begun and no client knows it")
        elif row["state"] == State.STORED:
            _judge_unanswered(wholes[row["original_file_name"]], row, objects, knowledge)
    for each in knowledge.uploads:
        if each.plan.is_whole and not each.id:
            continue
        _judge_upload(each, rows.upload(each.id), objects, knowledge)
        if rows.state(each.id) == State.STORED:
            _judge_whole(each, rows, knowledge)
    doubled = [key for key, made in objects.items() if made["created"] != 1]
    stored = {row["key"] for row in rows.uploads if row["state"] == State.STORED}
    knowledge.findings += [f"created more than once: {key}" for key in doubled]
    knowledge.findings += [
        f"an object of no stored upload: {key}" for key in objects.keys() - stored
    ]
    _judge_events(rows, knowledge)
    deliveries, repeated = _judge_deliveries(site, rows, knowledge)
    return Verdict(
        states=Counter(row["state"] for row in rows.uploads),
        doubled=len(doubled),
        left_behind=len(left),
        deliveries=deliveries,
        repeated_deliveries=repeated,
    )


def _judge_upload(known: Known, row: Row, objects: Mapping[str, Any], knowledge: Knowledge) -> None:
    state = State(row["state"])
    if state not in _MAY_END[known.plan.ending]:
        knowledge.finding(known, f"ended as {state}, and was to {known.plan.ending}")
    if known.is_aborted and state is not State.ABORTED:
        knowledge.finding(known, f"was answered as aborted and is {state}")
    if known.result is not None and (
        state is not State.STORED or known.result["key"] != row["key"]
    ):
        knowledge.finding(known, f"was answered as {known.result} and is {row}")
    found = objects.get(row["key"])
    if state is not State.STORED:
        if found is not None:
            knowledge.finding(known, f"is {state} and has an object")
    elif found is None or found["sha256"] != known.plan.sha256():
        knowledge.lose(known, set(known.acknowledged), f"the object is {found}")


def _judge_unanswered(
    known: Known, row: Row, objects: Mapping[str, Any], knowledge: Knowledge
) -> None:
    """Of the tries at a whole file one is stored: the one that was answered, if any was."""
    if known.id:
        knowledge.finding(known, f"is stored once more, as {row['id']}")
    known.id = str(row["id"])
    if objects.get(row["key"], {}).get("sha256") != known.plan.sha256():
        knowledge.finding(known, f"is stored with other bytes: {row}")


def _judge_whole(known: Known, rows: Rows, knowledge: Knowledge) -> None:
    """A stored upload has no hole, and its sizes add up."""
    row = rows.upload(known.id)
    sizes = [chunk["size_bytes"] for _, chunk in sorted(rows.chunks_of(known.id).items())]
    here = rows.missing(known.id, len(known.plan.sizes)) == set()
    if not here or sizes != list(known.plan.sizes) or row["stored_size"] != sum(sizes):
        knowledge.finding(known, f"stored with chunks of {sizes}, and was sent {known.plan.sizes}")


def _judge_events(rows: Rows, knowledge: Knowledge) -> None:
    told = sorted((row["upload_id"], row["type"]) for row in rows.events)
    ended = [row for row in rows.uploads if row["state"] in TERMINAL]
    if told != sorted((row["id"], EVENTS[State(row["state"])]) for row in ended):
        knowledge.findings.append("events and terminal states differ")
    stored = sorted(row["id"] for row in ended if row["state"] == State.STORED)
    if sorted(row["upload_id"] for row in rows.files) != stored:
        knowledge.findings.append("files and stored uploads differ")


def _judge_deliveries(site: Site, rows: Rows, knowledge: Knowledge) -> tuple[int, int]:
    """How many were taken, and how many of those again; each by its signature genuine."""
    payloads = {row["id"]: bytes.fromhex(row["payload"].removeprefix("\\x")) for row in rows.events}
    taken: Counter[str] = Counter()
    for notification in site.main_service.got:
        notification.verified()
        event = notification.headers["webhook-id"]
        if payloads.get(event) != notification.body:
            knowledge.findings.append(f"delivery of {event} is not its event, byte by byte")
        if notification.answered < 300:
            taken[event] += 1
    knowledge.findings += [f"never delivered: {event}" for event in payloads.keys() - taken.keys()]
    return sum(taken.values()), sum(taken.values()) - len(taken)
