"""`download`, `ls`, `search` and `rm` as scripts and people see them."""

import json
from pathlib import Path

import pytest

from tests.service.client.command import ON_ONE_STORE, Command
from tests.service.running import RunningService

pytestmark = ON_ONE_STORE


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def command(service: RunningService, home: Path) -> Command:
    return Command(service.url, home)


async def test_a_file_is_listed_fetched_and_deleted(command: Command, home: Path) -> None:
    (home / "ünï[1].txt").write_text("text")
    key = (await command.run("upload", "ünï[1].txt", "--json")).document["key"]
    assert (await command.run("ls", "--limit", 1, "--json")).document[0]["key"] == key
    shown = await command.run("search", "ünï")
    assert key in shown.stdout.decode()
    assert "ünï[1].txt" in shown.stdout.decode()
    (home / "got").mkdir()
    fetched = await command.run("download", key, "--to", "got")
    assert (fetched.code, (home / "got" / "ünï[1].txt").read_text()) == (0, "text")
    again = await command.run("download", key, "--to", "got")
    assert (again.code, "exists already" in again.stderr) == (1, True)
    assert (await command.run("download", key, "--to", "-")).stdout == b"text"
    assert (await command.run("rm", key)).code == 0
    gone = await command.run("download", key)
    assert (gone.code, "404" in gone.stderr) == (1, True)


async def test_a_list_says_whether_it_is_all(command: Command, home: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (home / name).write_text("text")
    await command.run("upload", "one.txt", "two.txt", "--metadata", f"in={home}")
    conditions = ("--metadata", json.dumps({"in": str(home)}))
    all_of_it = await command.run("search", *conditions, "--limit", 2)
    assert (len(all_of_it.stdout.splitlines()), all_of_it.stderr) == (3, "")
    first = await command.run("search", *conditions, "--limit", 1)
    assert (len(first.stdout.splitlines()), "--limit" in first.stderr) == (2, True)
    none = await command.run("search", "nobody-has-this")
    assert (none.code, none.stdout, none.stderr) == (0, b"", "No files.\n")


async def test_one_that_fails_does_not_stop_the_others(command: Command, home: Path) -> None:
    (home / "a.txt").write_text("text")
    key = (await command.run("upload", "a.txt", "--json")).document["key"]
    (home / "got").mkdir()
    fetched = await command.run("download", "nope", key, "--to", "got")
    assert (fetched.code, "✗ nope: " in fetched.stderr) == (1, True), fetched.stderr
    assert (home / "got" / "a.txt").read_text() == "text"
    deleted = await command.run("rm", "nope", key)
    assert (deleted.code, "✗ nope: " in deleted.stderr) == (1, True), deleted.stderr
    assert "404" in (await command.run("download", key)).stderr


async def test_a_folder_without_files_is_told(command: Command, home: Path) -> None:
    (home / "empty").mkdir()
    ended = await command.run("upload", "empty")
    assert (ended.code, ended.stderr) == (0, "There is no file to send.\n")


async def test_a_name_does_not_lead_out_of_the_folder(command: Command, home: Path) -> None:
    (home / "a.txt").write_text("text")
    uploaded = await command.run("upload", "a.txt", "--name", "../../.profile", "--json")
    (home / "got").mkdir()
    assert (await command.run("download", uploaded.document["key"], "--to", "got")).code == 0
    assert [path.name for path in (home / "got").iterdir()] == ["profile"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["download", "a", "b", "--to", "file"], "must be a folder"),
        (["ls", "--limit", "0"], "--limit"),
    ],
)
async def test_wrong_arguments_are_told(
    command: Command, arguments: list[str], message: str
) -> None:
    ended = await command.run(*arguments)
    assert (ended.code, message in ended.stderr) == (2, True), ended.stderr
