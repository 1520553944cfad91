"""What a person can do on the page besides waiting: by mouse, by keyboard, by what it is called."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import Person, SentChunks
from tests.browser.site import MIB, Site

_DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, text] of files) carried.items.add(new File([text], name));
  for (const type of ["dragover", "drop"]) {
    document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true }),
    );
  }
}"""
_UNNAMED = """() => [...document.querySelectorAll("button, input, select, progress, ul, dialog")]
  .filter((each) => each.checkVisibility() && !(
    each.ariaLabel || each.labels?.length || each.getAttribute("aria-labelledby")
    || (each.tagName === "BUTTON" && each.textContent.trim())))
  .map((each) => each.outerHTML)"""


def test_several_files_are_dropped(person: Person, site: Site, owner: str) -> None:
    names = ["one.txt", "two.txt", "three.txt", "empty.txt"]
    texts = ["1", "22", "333", ""]
    person.page.evaluate(_DROP, [list(pair) for pair in zip(names, texts, strict=True)])
    for name in names:
        person.sees_state(name, "done")
    sizes = {file["name"]: file["size"] for file in site.asked(owner, "/files")["files"]}
    assert sizes == dict(zip(names, map(len, texts), strict=True))
    expect(person.page.locator("#total-text")).to_contain_text("4 of 4 files · 6 bytes of 6 bytes")


def test_a_pause_holds_and_a_cancel_gives_up(
    person: Person, site: Site, owner: str, made: Callable[[str, int], Path]
) -> None:
    sent = SentChunks(person.page)
    film = made("film.mp4", 100 * MIB)
    person.has_network(mib_per_second=20)
    person.choose(film)
    person.waits_for_share(film.name, 0.1)
    person.presses("Pause film.mp4")
    person.sees(film.name, "Paused at")
    expect(person.page.get_by_role("button", name="Resume film.mp4")).to_be_focused()
    person.presses("Resume film.mp4")
    person.waits_for_share(film.name, 0.3)
    person.presses("Cancel film.mp4")
    expect(person.row(film.name)).to_have_count(0)
    (upload_id,) = sent.upload_ids
    assert site.asked(owner, f"/upload/{upload_id}")["data"]["state"] == "aborted"
    person.page.reload()
    expect(person.page.get_by_text("There are no files yet.")).to_be_visible()
    expect(person.page.locator("#unfinished")).to_be_hidden()


def test_what_was_not_finished_can_be_discarded(
    person: Person, made: Callable[[str, int], Path]
) -> None:
    person.has_network(mib_per_second=10)
    person.choose(made("film.mp4", 60 * MIB))
    person.waits_for_share("film.mp4", 0.1)
    person.page.reload()
    person.presses("Discard film.mp4")
    expect(person.page.locator("#unfinished")).to_be_hidden()
    person.page.reload()
    expect(person.page.get_by_text("There are no files yet.")).to_be_visible()
    expect(person.page.locator("#unfinished")).to_be_hidden()


def test_a_file_is_found_shared_fetched_and_deleted(
    person: Person, made: Callable[[str, int], Path]
) -> None:
    page = person.page
    song, letter = made("song.mp3", 1000), made("letter.txt", 10)
    person.choose(song, letter)
    for path in (song, letter):
        person.sees_state(path.name, "done")
    page.get_by_label("Search files by name").fill("song")
    expect(person.file("letter.txt")).to_have_count(0)
    expect(person.file("song.mp3")).to_have_count(1)

    person.presses("Share song.mp3")
    page.get_by_label("Downloads at most").fill("1")
    person.presses("Make a link")
    link = page.get_by_label("The link; it is shown this once")
    expect(link).to_be_focused()
    got = httpx.get(link.input_value(), follow_redirects=True, trust_env=False)
    assert got.content == song.read_bytes()
    assert httpx.get(link.input_value(), trust_env=False).status_code == 404
    page.locator("#shares").get_by_role("button").click()
    expect(page.locator("#shares")).to_contain_text("ended")
    person.presses("Close")

    with page.context.expect_event("download") as download:
        person.presses("Download song.mp3")
    assert Path(download.value.path()).read_bytes() == song.read_bytes()

    person.presses("Delete song.mp3")
    page.keyboard.press("Escape")
    expect(person.file("song.mp3")).to_have_count(1)
    person.presses("Delete song.mp3")
    person.presses("Delete it")
    expect(page.get_by_text("No file is called “song”.")).to_be_visible()


def test_a_refusal_is_told_in_the_services_words(
    page: Page, own_site: Site, owner: str, made: Callable[[str, int], Path]
) -> None:
    own_site.start(max_file_size="1MiB")
    person = Person.at(page, own_site.page_for(owner))
    person.choose(made("large.bin", 2 * MIB))
    person.sees_state("large.bin", "failed")
    expect(page.get_by_role("status").filter(has_text="large.bin failed:")).to_be_attached()
    own_site.kill()
    own_site.start()
    person.presses("Try again large.bin")
    person.sees_state("large.bin", "done")


def test_downloads_come_through_the_service_where_it_hands_them_out(
    page: Page, own_site: Site, owner: str, made: Callable[[str, int], Path]
) -> None:
    own_site.start(download_mode="proxy", s3_public_endpoint_url="http://store.invalid")
    person = Person.at(page, own_site.page_for(owner))
    song = made("song.mp3", 1000)
    person.choose(song)
    person.sees_state(song.name, "done")
    with page.expect_download() as download:
        person.presses("Download song.mp3")
    assert Path(download.value.path()).read_bytes() == song.read_bytes()
    assert download.value.suggested_filename == song.name


def test_everything_that_is_used_has_a_name(
    person: Person, made: Callable[[str, int], Path]
) -> None:
    page = person.page
    person.choose(made("song.mp3", 1000))
    person.sees_state("song.mp3", "done")
    assert page.evaluate(_UNNAMED) == []
    person.presses("Share song.mp3")
    person.presses("Make a link")
    expect(page.locator("#shares li")).to_have_count(1)
    assert page.evaluate(_UNNAMED) == []


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_nothing_is_wider_than_the_screen(
    person: Person, made: Callable[[str, int], Path], width: int
) -> None:
    name = f"{'a-long-name' * 12}.mp3"
    person.page.set_viewport_size({"width": width, "height": 700})
    person.choose(made(name, 1000))
    person.sees_state(name, "done")
    expect(person.file(name)).to_have_count(1)
    assert person.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_token_of_one_file_uploads_that_file(page: Page, site: Site, owner: str) -> None:
    person = Person.at(page, site.page_for(owner, file_id=77))
    expect(page.locator("#files-section")).to_be_hidden()
    person.page.evaluate(_DROP, [["bound.txt", "abc"]])
    person.sees_state("bound.txt", "done")
    (file,) = site.asked(owner, "/files")["files"]
    assert file["main_service_file_id"] == 77
