"""Without a mouse and without eyes: by keys alone, and by what a screen reader is told."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.driver import Person
from tests.browser.site import MIB, Site
from tests.service import tokens

_FOCUSED = """() => {
  const { activeElement: at } = document;
  return at.ariaLabel ?? at.labels?.[0]?.textContent ?? at.textContent;
}"""
_LISTEN = """() => {
  const region = document.querySelector("[role=status]");
  globalThis.heard = [];
  new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
}"""


def _goes_to(page: Page, button: str) -> None:
    """By Tab, as often as it takes; the focus is never where nothing can be seen."""
    wanted = page.get_by_role("button", name=button, exact=True)
    for _ in range(20):
        page.keyboard.press("Tab")
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
    raise AssertionError(f"no Tab leads to {button}")


def test_a_file_goes_its_whole_way_by_keys(
    page: Page, site: Site, owner: str, made: Callable[[str, int], Path]
) -> None:
    page.goto(f"{site.url}/app")
    # From here on, since a busy browser may hear of a key before it hears that a chooser is caught.
    page.on("filechooser", lambda chooser: chooser.set_files(made("song.mp3", 1000)))
    expect(page.get_by_label("Token from your service")).to_be_focused()
    page.keyboard.type(tokens.token(owner))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Uploads")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Choose files")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Delete song.mp3")).to_be_visible()
    _goes_to(page, "Share song.mp3")
    page.keyboard.press("Enter")
    _goes_to(page, "Make a link")
    page.keyboard.press("Enter")
    expect(page.get_by_label("The link; it is shown this once")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Share song.mp3")).to_be_focused()
    _goes_to(page, "Delete song.mp3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    _goes_to(page, "Delete it")
    page.keyboard.press("Enter")
    expect(page.locator("#files-title")).to_be_focused()
    expect(page.locator("#no-files")).to_have_text("There are no files yet.")


def test_tab_goes_from_the_top_to_the_bottom(
    person: Person, made: Callable[[str, int], Path]
) -> None:
    page = person.page
    person.choose(made("song.mp3", 1000))
    person.sees_state("song.mp3", "done")
    expect(person.file("song.mp3")).to_have_count(1)
    page.evaluate("document.activeElement.blur()")
    passed = []
    for _ in range(10):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(_FOCUSED))
    assert passed == [
        *("Change token", "Choose files or drop files and folders here", "Choose a folder"),
        *("Clear finished", "Remove song.mp3", "Search files by name", "Search"),
        *("Download song.mp3", "Share song.mp3", "Delete song.mp3"),
    ]


def test_a_screen_reader_is_told_what_happens(
    person: Person, made: Callable[[str, int], Path]
) -> None:
    page = person.page
    page.evaluate(_LISTEN)
    person.has_network(mib_per_second=20)
    person.choose(made("film.mp4", 100 * MIB))
    person.waits_for_share("film.mp4", 0.3)
    person.presses("Pause film.mp4")
    person.sees_state("film.mp4", "paused")
    person.has_network()
    person.presses("Resume film.mp4")
    person.sees_state("film.mp4", "done")
    heard = page.evaluate("heard")
    told = ["1 file added.", "25 percent uploaded.", "film.mp4 is paused.", "film.mp4 is uploaded."]
    assert [each for each in heard if each in told] == told
    page.get_by_label("Search files by name").fill("film")
    expect(page.get_by_role("status")).to_have_text("1 file found.")
    page.get_by_label("Search files by name").fill("song")
    expect(page.get_by_role("status")).to_have_text("No file is called “song”.")
