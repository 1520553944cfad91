"""docs/tutorial.md, pasted from its first line to its last: a main service, a file, its event."""

import json
import re

import pytest

from chunk_service.cli.stack.ports import free_port
from tests.docs.pages import ROOT, Page
from tests.docs.shells import paste

# It starts a whole stack in its first test.
pytestmark = pytest.mark.timeout(240)

PAGE = Page.read("docs/tutorial.md")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block printed, in a folder that has of a clone what the tutorial uses."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "examples").symlink_to(ROOT / "examples")
    return paste(PAGE.blocks("sh"), folder=folder, variables={"MAIN_PORT": str(free_port())})


def test_the_service_is_ready_and_takes_the_token(outputs: list[str]) -> None:
    assert json.loads(outputs[3])["status"] == "ok"
    assert json.loads(outputs[4])["files"] == []


def test_the_event_of_the_file_reaches_the_main_service(outputs: list[str]) -> None:
    stored = json.loads(outputs[5])
    (event,) = json.loads(outputs[6])
    assert stored["status"] == "stored"
    assert event["type"] == "upload.completed"
    assert (event["data"]["owner"], event["data"]["key"]) == ("alice", stored["key"])


def test_the_address_of_the_page_carries_the_token(outputs: list[str]) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/app#token=[\w.-]+\n", outputs[7])


def test_the_file_comes_back(outputs: list[str]) -> None:
    assert "holiday.jpg" in outputs[8]
    assert "the same bytes\n" in outputs[8]


def test_the_code_that_is_shown_is_that_of_the_example() -> None:
    example = (ROOT / "examples/main_service.py").read_text()
    assert len(PAGE.blocks("python")) == 2
    assert [block for block in PAGE.blocks("python") if block not in example] == []
