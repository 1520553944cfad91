"""Every block for the shell in the documents is run, and does what the text around it says.

The README's come first in each shell: they set what the others use. A block fails by its exit code,
by a word on stderr, or by an answer that is a problem where the text does not say so.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.docs import pages
from tests.docs.pages import README, Page
from tests.docs.shells import paste
from tests.service.waiting import until

PASTED = ["docs/client.md", "docs/curl.md", "docs/sharing.md", "docs/ways.md"]
ELSEWHERE = {
    "docs/operations.md": "tests/service/test_operations_page.py",
    "docs/retention.md": "tests/cli/test_retention.py",
    "docs/tutorial.md": "tests/docs/test_tutorial.py",
}
SHELLS = ("sh", "bash", "shell", "zsh")
_PROBLEM = re.compile(r'"type": ?"(/problems/[a-z-]+|about:blank)"')

Outputs = Callable[[str], list[str]]


@pytest.fixture(scope="session")
def outputs_of(clone: Path) -> Outputs:
    """What each block of a page prints, pasted once, after the README's."""
    kept: dict[str, list[str]] = {}

    def of(name: str) -> list[str]:
        if name not in kept:
            first = README.blocks("sh")
            own = [] if name == README.name else Page.read(name).blocks("sh")
            kept[name] = paste(first + own, folder=clone)[len(first) if own else 0 :]
        return kept[name]

    return of


@pytest.fixture(scope="session")
def readme(outputs_of: Outputs) -> list[str]:
    return outputs_of(README.name)


@pytest.fixture(scope="session")
def curl(outputs_of: Outputs) -> list[str]:
    return outputs_of("docs/curl.md")


def test_every_page_with_a_block_for_the_shell_is_run() -> None:
    having = {page.name for page in pages.ALL if set(SHELLS) & set(page.languages)}
    assert having == {README.name, *PASTED, *ELSEWHERE}
    for name, test in ELSEWHERE.items():
        assert name in (pages.ROOT / test).read_text()


@pytest.mark.parametrize("page", pages.ALL, ids=lambda page: page.name)
def test_no_block_for_the_shell_hides(page: Page) -> None:
    """Under no name, another one, or as something to look at; what `make` does is tested there."""
    assert "" not in page.languages
    assert set(page.languages) & set(SHELLS) <= {"sh"}
    typed = [line for block in page.blocks("console") for line in block.splitlines()]
    assert [line for line in typed if not line.startswith("$ make ")] == []


@pytest.mark.parametrize("name", [README.name, *PASTED])
def test_no_answer_is_a_problem_unless_it_is_meant(outputs_of: Outputs, name: str) -> None:
    meant = {"docs/curl.md": ["/problems/upload-incomplete"]}
    assert _PROBLEM.findall("".join(outputs_of(name))) == meant.get(name, [])


def test_chunks_in_any_order_are_taken(readme: list[str]) -> None:
    answers = [json.loads(line) for line in readme[1].splitlines()]
    assert [answer["data"]["chunk_index"] for answer in answers] == [2, 0, 1]


def test_completing_stores_the_file(readme: list[str]) -> None:
    answer = json.loads(readme[2])
    assert answer["message"] == "File upload completed and main service notified."
    assert answer["data"]["size"] == 20_000_000


async def test_the_main_service_is_told(clone: Path, readme: list[str]) -> None:
    upload_id = json.loads(readme[2])["data"]["upload_session_id"]
    assert isinstance(json.loads(readme[3]), list)
    facts: dict[str, str] = json.loads((clone / ".local" / "stack.json").read_text())
    async with httpx.AsyncClient(base_url=facts["receiver_url"], trust_env=False) as client:

        async def received() -> str:
            return (await client.get("/received")).text

        await until(received, lambda text: upload_id in text and "upload.completed" in text)


def test_a_file_is_fetched_and_shared_by_curl(curl: list[str]) -> None:
    assert curl[:2] == ["the same bytes\n"] * 2


def test_a_chunk_again_is_the_same_answer_by_curl(curl: list[str]) -> None:
    told = [json.loads(line)["data"] for line in curl[4].splitlines()]
    assert [each["repeated"] for each in told] == [False, True]


def test_what_is_missing_is_shown_by_curl(curl: list[str]) -> None:
    status, refusal = json.loads(curl[5])["data"], json.loads(curl[6])
    assert (status["received_chunks"], status["missing_chunks"]) == (["1"], ["0", "2"])
    assert refusal["missing"] == ["0", "2"]


def test_uploads_are_given_up_by_curl(curl: list[str]) -> None:
    chunk, aborted = curl[8].splitlines()
    assert json.loads(curl[7])["data"]["state"] == "aborted"
    assert json.loads(chunk)["data"]["size"] == len("Hello, world!\n")
    assert json.loads(aborted)["data"]["state"] == "aborted"


def test_the_client_does_it_all_from_a_shell(outputs_of: Outputs) -> None:
    (output,) = outputs_of("docs/client.md")
    listed, same, link = output.strip().rsplit("\n", 2)
    assert "film.mp4" in listed
    assert same == "the same bytes"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/[\w-]{32}", link)


def test_the_client_prints_what_its_page_shows(clone: Path, outputs_of: Outputs) -> None:
    outputs_of("docs/client.md")
    (shown,) = Page.read("docs/client.md").blocks("json")
    first, _ = json.JSONDecoder().raw_decode(shown)
    assert list(json.loads((clone / "stored.json").read_text())) == list(first)


def test_a_link_is_made_with_all_its_limits(outputs_of: Outputs) -> None:
    (output,) = outputs_of("docs/sharing.md")
    share = json.loads(output)
    assert share["max_downloads"] == 5
    assert share["url"]


def test_one_request_is_a_file(outputs_of: Outputs) -> None:
    (output,) = outputs_of("docs/ways.md")
    form, bare = (json.loads(line) for line in output.splitlines())
    assert form["file_name"] == bare["file_name"] == "example.jpg"
    (shown,) = Page.read("docs/ways.md").blocks("json")
    assert form.keys() == bare.keys() == json.loads(shown).keys()
