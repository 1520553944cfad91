"""`chunk-service share`: links are made, listed and revoked."""

from pathlib import Path

import httpx
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


@pytest.fixture
async def key(command: Command, home: Path) -> str:
    (home / "a.txt").write_text("text")
    return str((await command.run("upload", "a.txt", "--json")).document["key"])


async def _status(link: str, password: str = "") -> int:
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as anyone:
        return (await anyone.get(link, auth=("", password))).status_code


async def test_a_link_may_need_a_password(command: Command, key: str) -> None:
    shared = await command.run("share", key, "--password", given=b"open sesame\n")
    link = shared.stdout.decode().strip()
    assert await _status(link, "shut sesame") == 401
    assert await _status(link, "open sesame") == 200


async def test_links_are_listed_and_revoked(command: Command, key: str) -> None:
    made = [await command.run("share", key, "--json") for _ in range(3)]
    first, second, third = [each.document for each in made]
    assert await _status(first["url"]) == 200
    revoked = await command.run("share", key, "--revoke", first["id"], "--revoke", second["id"])
    assert (revoked.code, revoked.stdout) == (0, b"")
    assert [await _status(each["url"]) for each in (first, second, third)] == [404, 404, 200]
    listed = (await command.run("share", key, "--list", "--json")).document
    assert [(each["id"], each["state"]) for each in listed] == [
        (third["id"], "active"),
        (second["id"], "revoked"),
        (first["id"], "revoked"),
    ]
    again = await command.run("share", key, "--revoke", first["id"])
    assert again.code == 0


async def test_people_see_what_is_left_of_a_link(command: Command, key: str) -> None:
    none = await command.run("share", key, "--list")
    assert (none.code, none.stdout, none.stderr) == (0, b"", "No links.\n")
    await command.run("share", key, "--max-downloads", 5)
    titles, line = (await command.run("share", key, "--list")).stdout.decode().splitlines()
    assert titles.split() == ["id", "state", "downloads", "expires", "password", "made"]
    assert line.split()[1:7] == ["active", "0", "of", "5", "never", "no"]


async def test_a_link_that_is_not_there_can_not_be_revoked(command: Command, key: str) -> None:
    for share_id in ("no-id", "0d8ba1d5-1e7c-4aef-8e5c-6a3ba4f30d0f"):
        ended = await command.run("share", key, "--revoke", share_id)
        assert (ended.code, "404" in ended.stderr) == (1, True), ended.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--expires-in", "soon"], "--expires-in"),
        (["--max-downloads", "0"], "--max-downloads"),
        (["--list", "--revoke", "1"], "do not go together"),
        (["--list", "--password"], "do not go together"),
        (["--revoke", "1", "--expires-in", "1h"], "do not go together"),
    ],
)
async def test_wrong_arguments_are_told(
    command: Command, arguments: list[str], message: str
) -> None:
    ended = await command.run("share", "a", *arguments)
    assert (ended.code, message in ended.stderr) == (2, True), ended.stderr
