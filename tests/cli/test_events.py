"""Operators at a terminal: find an event, see its attempts, have it told again."""

import hashlib
import json
from pathlib import Path
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.database import DatabaseOptions, open_database
from chunk_service.domain.uploads import SpoolId
from tests.cli.operator import URL, Operator
from tests.fixtures.deliveries import Deliveries, Told
from tests.fixtures.rows import Rows


@pytest.fixture
def operator(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator("events", database_url)


@pytest.fixture
async def events(database_url: str) -> dict[str, Told]:
    """One that everybody took, one that nobody did, and one that waits."""
    options = DatabaseOptions(url=database_url, pool_size=2)
    async with open_database(options) as database:
        rows = Rows(database, SpoolId(uuid4()))
        await rows.spools.add(rows.spool_id)
        deliveries = Deliveries(rows)
        found = {name: await deliveries.new() for name in ("delivered", "dead", "pending")}
        await deliveries.deliver(found["delivered"])
        await deliveries.kill(found["dead"])
        await rows.delivering.disable("main", hashlib.sha256(URL.encode()).digest())
    return found


# No coroutines: the commands run event loops of their own.
def test_events_are_listed_newest_first(operator: Operator, events: dict[str, Told]) -> None:
    listed = json.loads(operator.says("list", "--json"))
    assert {each["id"] for each in listed} == {each.event_id for each in events.values()}
    assert [each["id"] for each in listed] == sorted((each["id"] for each in listed), reverse=True)
    table = operator.says("list")
    assert all(each.event_id in table for each in events.values())


@pytest.mark.parametrize("state", ["delivered", "dead", "pending"])
def test_events_are_found_by_state(operator: Operator, events: dict[str, Told], state: str) -> None:
    (found,) = json.loads(operator.says("list", "--state", state, "--json"))
    assert found["id"] == events[state].event_id
    assert {each["state"] for each in found["deliveries"]} == {state}


def test_one_event_is_shown_with_its_attempts_and_its_bytes(
    operator: Operator, events: dict[str, Told]
) -> None:
    event_id = events["dead"].event_id
    shown = json.loads(operator.says("show", event_id, "--json"))
    assert json.loads(shown["body"])["type"] == "upload.aborted"
    assert [each["status"] for each in shown["attempts"]] == [500, 500]
    text = operator.says("show", event_id)
    assert "sorry" in text
    assert '"upload_session_id"' in text


def test_dead_letters_are_listed_and_tried_again(
    operator: Operator, events: dict[str, Told]
) -> None:
    (dead,) = json.loads(operator.says("dead", "--json"))
    assert dead["id"] == events["dead"].event_id
    assert operator.says("replay", "--dead", "--endpoint", "other").startswith("1 dead letters")
    assert operator.says("replay", "--dead").startswith("1 dead letters")
    assert json.loads(operator.says("dead", "--json")) == []


def test_one_event_is_told_again(operator: Operator, events: dict[str, Told]) -> None:
    event_id = events["delivered"].event_id
    assert operator.says("replay", event_id, "--endpoint", "main") == "Told again: main.\n"
    assert operator.says("replay", event_id) == "Told again: main, other.\n"


def test_a_disabled_receiver_is_shown_and_enabled(
    operator: Operator, events: dict[str, Told]
) -> None:
    main, other = json.loads(operator.says("endpoints", "--json"))
    assert (main["name"], main["pending"], main["dead"]) == ("main", 1, 1)
    assert main["disabled_at"] is not None
    assert (other["name"], other["configured"]) == ("other", False)
    table = operator.says("endpoints")
    assert "410" in table
    assert "not configured here" in table
    assert operator.says("enable", "main") == "Enabled; 1 deliveries go out now.\n"
    operator.says("enable", "main", code=1)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "msg_x"], 1),
        (["replay", "msg_x"], 1),
        (["replay"], 2),
        (["replay", "msg_x", "--dead"], 2),
        (["list", "--state", "gone"], 2),
        (["list", "--upload", "1"], 2),
        (["enable", "nobody"], 1),
    ],
)
def test_what_is_wrong_is_one_sentence(operator: Operator, arguments: list[str], code: int) -> None:
    assert len(operator.says(*arguments, code=code).splitlines()) == 1
