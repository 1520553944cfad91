"""axe-core has nothing against the page, in any state, colour scheme or width."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.driver import Person
from tests.browser.looks import faults_of
from tests.browser.site import MAX_FILE_BYTES, MIB, Site


def test_without_a_token(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/app")
    assert faults_of(page, "no token") == []
    page.goto(f"{site.url}/app#token=wrong")
    expect(page.get_by_role("alert").filter(has_text="refused")).to_be_visible()
    assert faults_of(page, "token refused") == []


def test_while_it_uploads(person: Person, made: Callable[[str, int], Path]) -> None:
    film = made("film.mp4", 100 * MIB)
    assert faults_of(person.page, "empty") == []
    person.has_network(mib_per_second=4)
    person.choose(film, made("song.mp3", 60 * MIB), made("letter.txt", 10))
    person.waits_for_share(film.name, 0.1)
    assert faults_of(person.page, "uploading") == []
    person.presses("Pause all")
    person.sees_state(film.name, "paused")
    person.sees_state("song.mp3", "paused")
    assert faults_of(person.page, "paused") == []
    person.has_no_network()
    person.presses("Resume film.mp4")
    person.sees(film.name, "There is no network.")
    assert faults_of(person.page, "waiting") == []
    person.has_network()
    person.page.reload()
    expect(person.page.locator("#unfinished li")).to_have_count(2)
    assert faults_of(person.page, "to be continued") == []


def test_after_it_has_failed(person: Person, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    person.choose(film)
    person.sees_state(film.name, "failed")
    assert faults_of(person.page, "failed") == []


def test_with_files(person: Person, made: Callable[[str, int], Path]) -> None:
    page = person.page
    long = f"{'a-long-name-' * 12}.mp3"
    person.choose(made("film.mp4", 3 * MIB), made("letter.txt", 10), made(long, 1000))
    for name in ("film.mp4", "letter.txt", long):
        person.sees_state(name, "done")
        expect(person.file(name)).to_have_count(1)
    assert faults_of(page, "done") == []
    person.presses("Share film.mp4")
    expect(page.get_by_text("There is none.")).to_be_visible()
    assert faults_of(page, "sharing") == []
    person.presses("Make a link")
    expect(page.locator("#shares li")).to_have_count(1)
    assert faults_of(page, "shared") == []
    person.presses("Close")
    person.presses("Delete film.mp4")
    assert faults_of(page, "deleting") == []
    person.presses("Keep it")
    page.get_by_label("Search files by name").fill("nothing of that name")
    expect(page.locator("#no-files")).to_contain_text("No file is called")
    assert faults_of(page, "nothing found") == []
