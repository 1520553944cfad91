"""Operators at a terminal: see what is due, let it go, confirm a bulk, hold a file."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.database import DatabaseOptions, open_database
from chunk_service.domain.library import File
from chunk_service.domain.uploads import SpoolId
from tests.cli.operator import Operator
from tests.docs.pages import Page
from tests.docs.shells import paste
from tests.fixtures.retention import DAY, Retention
from tests.fixtures.rows import Rows
from tests.fixtures.sql import text

_MARKED_YESTERDAY = text("""
    UPDATE files SET deletion_due_at = service_now() - interval '1 second'
    WHERE created_at < service_now() - interval '35 days'
""")
_RESTORED = text("UPDATE database_identity SET timeline = timeline + 1")


@pytest.fixture
def operator(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator(
        "retention",
        database_url,
        FILE_RETENTION="30d",
        RETENTION_MAX_SHARE="0.4",
        RETENTION_BULK_FILES="1",
    )


@pytest.fixture
async def files(database_url: str) -> Sequence[File]:
    """Oldest first: two may go now, one is due, one is young."""
    options = DatabaseOptions(url=database_url, pool_size=2)
    async with open_database(options) as database:
        retention = Retention(Rows(database, SpoolId(uuid4())))
        for days in (40, 36, 31, 0):
            await retention.plant(age=days * DAY)
        await retention.run.look()
        await database.run(_MARKED_YESTERDAY)
        return await retention.live()


@pytest.fixture
async def restored(database_url: str, files: Sequence[File]) -> None:
    options = DatabaseOptions(url=database_url, pool_size=1)
    async with open_database(options) as database:
        await database.run(_RESTORED)


# No coroutines: the commands run event loops of their own.
def test_what_is_due_is_listed_in_the_order_of_its_end(
    operator: Operator, files: Sequence[File]
) -> None:
    listed = json.loads(operator.says("list", "--json"))
    assert [each["key"] for each in listed] == [file.key for file in files[:3]]
    assert [each["standing"] for each in listed] == ["ready", "ready", "due"]
    assert [each["deletion_due_at"] is None for each in listed] == [False, False, True]
    table = operator.says("list")
    assert [file.key in table for file in files] == [True, True, True, False]
    assert len(json.loads(operator.says("list", "--json", "--limit", "1"))) == 1


def test_a_bulk_is_confirmed_and_goes(operator: Operator, files: Sequence[File]) -> None:
    refused = json.loads(operator.says("run", "--dry-run", "--json", code=1))
    assert (refused["marked"], refused["deleted"], refused["refused"]) == (1, 0, 2)
    batch = refused["batch"]
    assert f"retention confirm {batch}" in operator.says("run", code=1)
    assert len(operator.says("confirm", "x", code=1).splitlines()) == 1
    assert operator.says("confirm", batch).startswith("2 files go")
    operator.says("confirm", batch, code=1)
    standings = [each["standing"] for each in json.loads(operator.says("list", "--json"))]
    assert standings == ["confirmed", "confirmed", "marked"]
    assert operator.says("run", "--dry-run") == ("0 files would be marked, 2 would be deleted.\n")
    assert operator.says("run") == "0 files were marked, 2 were deleted.\n"
    assert json.loads(operator.says("run", "--json"))["deleted"] == 0


def test_a_bulk_is_let_go_as_the_page_says(
    operator: Operator, files: Sequence[File], tmp_path: Path
) -> None:
    page = Page.read("docs/retention.md")
    batch = json.loads(operator.says("run", "--dry-run", "--json", code=1))["batch"]
    told = paste(
        ["exec 2>&1", *page.blocks("sh")],
        folder=tmp_path,
        variables={**operator.environment, "BATCH": batch},
    )
    assert [_shape(text) for text in told[1:]] == [_shape(text) for text in page.blocks("text")]
    assert json.loads(operator.says("run", "--json"))["deleted"] == 2


def _shape(text: str) -> list[str]:
    """The sentences without the log, whatever the figures and the batch are."""
    said = [line for line in text.splitlines() if not line.startswith("{")]
    return [re.sub(r"[0-9a-f]*[0-9][0-9a-f-]*", "N", line) for line in said]


def test_a_held_file_stays(operator: Operator, files: Sequence[File]) -> None:
    assert operator.says("hold", files[0].key) == "Held.\n"
    listed = json.loads(operator.says("list", "--json"))
    assert {each["key"]: each["standing"] for each in listed}[files[0].key] == "held"
    assert operator.says("run") == "1 files were marked, 1 were deleted.\n"
    assert operator.says("release", files[0].key) == "Released.\n"
    assert operator.says("run") == "1 files were marked, 0 were deleted.\n"
    for command in ("hold", "release"):
        assert "no such file" in operator.says(command, "uploads/x", code=1)


@pytest.mark.usefixtures("restored")
def test_after_a_restore_nothing_goes_and_it_is_said(operator: Operator) -> None:
    for arguments in (["run", "--dry-run"], ["run"]):
        assert "sweep --after-restore" in operator.says(*arguments, code=1)
    assert json.loads(operator.says("run", "--json", code=1).splitlines()[-1])["waits"] is True
