"""`download`, `ls`, `search`, `rm` and `share` as scripts and people see them."""

from pathlib import Path

import httpx
import pytest

from tests.service.client.command import Command
from tests.service.running import RunningService


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def command(service: RunningService, home: Path) -> Command:
    return Command(service.url, home)


async def test_a_file_is_listed_fetched_shared_and_deleted(command: Command, home: Path) -> None:
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
    shared = await command.run("share", key, "--password", given=b"open sesame\n")
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as anyone:
        link = shared.stdout.decode().strip()
        assert (await anyone.get(link)).status_code == 401
        assert (await anyone.get(link, auth=("", "open sesame"))).text == "text"
    assert (await command.run("rm", key)).code == 0
    gone = await command.run("download", key)
    assert (gone.code, "404" in gone.stderr) == (1, True)


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
        (["share", "a", "--expires-in", "soon"], "--expires-in"),
        (["share", "a", "--max-downloads", "0"], "--max-downloads"),
        (["ls", "--limit", "0"], "--limit"),
    ],
)
async def test_wrong_arguments_are_told(
    command: Command, arguments: list[str], message: str
) -> None:
    ended = await command.run(*arguments)
    assert (ended.code, message in ended.stderr) == (2, True), ended.stderr
