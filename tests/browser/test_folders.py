"""A folder is chosen or dropped: every file below it arrives, and its place goes along."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Person, SentChunks
from tests.browser.site import MIB, Site, digest_of

# Twins: the same name, bytes and date in two places.
_PLACES = ("album/cover.jpg", "album/live/cover.jpg", "album/live/one/song.mp3", "album/none.txt")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    for place in _PLACES:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if path.stem == "none" else path.name.encode())
        os.utime(path, (0, 0))
    return tmp_path / "album"


def _paths(site: Site, owner: str) -> list[str | None]:
    files = site.asked(owner, "/files")["files"]
    return sorted(file["metadata"].get("path", file["name"]) for file in files)


def test_a_folder_is_dropped_beside_a_file(
    person: Person, site: Site, owner: str, album: Path, made: Callable[[str, int], Path]
) -> None:
    person.drops(album, made("letter.txt", 10))
    for name in (*_PLACES, "letter.txt"):
        person.sees_state(name, "done")
    assert _paths(site, owner) == sorted([*_PLACES, "letter.txt"])


def test_a_folder_is_chosen_by_keyboard(
    person: Person, site: Site, owner: str, album: Path
) -> None:
    page = person.page
    page.on("filechooser", lambda chooser: chooser.set_files(album))
    page.get_by_label("Choose files").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose a folder")).to_be_focused()
    page.keyboard.press("Enter")
    for place in _PLACES:
        person.sees_state(place, "done")
    assert _paths(site, owner) == sorted(_PLACES)


def test_a_folder_is_chosen_by_mouse(person: Person, album: Path) -> None:
    person.page.on("filechooser", lambda chooser: chooser.set_files(album))
    person.presses("Choose a folder")
    for place in _PLACES:
        person.sees_state(place, "done")


def test_a_folder_dropped_again_goes_on(
    person: Person, site: Site, owner: str, tmp_path: Path, made: Callable[[str, int], Path]
) -> None:
    (tmp_path / "films").mkdir()
    film = made("films/film.mp4", 60 * MIB)
    sent = SentChunks(person.page)
    person.has_network(mib_per_second=10)
    person.drops(film.parent)
    person.waits_for_share("films/film.mp4", 0.3)
    person.page.reload()
    remembered = person.page.locator("#unfinished li")
    expect(remembered).to_contain_text("films/film.mp4")
    expect(remembered).to_contain_text("Choose the same folder to go on.")
    person.has_network()
    person.drops(film.parent)
    person.sees_state("films/film.mp4", "done")
    expect(remembered).to_have_count(0)
    assert len(sent.upload_ids) == 1
    assert site.digests_of(owner) == [digest_of(film)]


def test_more_files_than_a_browser_tells_at_once(person: Person, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(101):
        (folder / f"{number}.txt").touch()
    person.drops(folder)
    expect(person.page.locator("#uploads > li")).to_have_count(101)
    expect(person.page.locator("#total-text")).to_contain_text("101 of 101 files")


def test_an_empty_folder_is_said_to_be_empty(person: Person, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    person.drops(tmp_path / "empty")
    expect(person.page.get_by_role("alert")).to_have_text("There are no files in it.")
