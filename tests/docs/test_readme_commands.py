"""The README's blocks for the shell do what the text around them says, pasted in order."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chunk_service.cli.stack.child import Child
from tests.docs import readme
from tests.service.waiting import until

_START_SECONDS = 60
_MARK = "--- the next block ---"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where `chunk-service run` runs, as `make run` starts it."""
    folder = tmp_path_factory.mktemp("readme")
    stack = Child(
        "the stack",
        [sys.executable, "-m", "chunk_service", "run"],
        log=folder / "run.log",
        cwd=folder,
        stop_signal=signal.SIGINT,
    )
    stack.wait_until((folder / ".local" / "stack.json").exists, timeout_seconds=_START_SECONDS)
    yield folder
    stack.stop()
    assert stack.exit_code == 0


@pytest.fixture(scope="module")
def outputs(folder: Path) -> list[str]:
    """What each block printed, in one shell for all."""
    script = f"\necho '{_MARK}'\n".join(readme.blocks("sh"))
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["sh", "-eu"],
        cwd=folder,
        env={**os.environ, "PATH": programs, "XDG_STATE_HOME": str(folder / "state")},
        input=script,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    return result.stdout.split(f"{_MARK}\n")


def test_chunks_in_any_order_are_taken(outputs: list[str]) -> None:
    answers = [json.loads(line) for line in outputs[2].splitlines()]
    assert [answer["data"]["chunk_index"] for answer in answers] == [2, 0, 1]


def test_the_status_shows_them(outputs: list[str]) -> None:
    status = json.loads(outputs[3])["data"]
    assert (status["state"], status["received_chunks"]) == ("open", ["0-2"])


def test_completing_stores_the_file(outputs: list[str]) -> None:
    answer = json.loads(outputs[4])
    assert answer["message"] == "File upload completed and main service notified."
    assert answer["data"]["size"] == 20_000_000


async def test_the_main_service_is_told(folder: Path, outputs: list[str]) -> None:
    upload_id = json.loads(outputs[4])["data"]["upload_session_id"]
    assert isinstance(json.loads(outputs[5]), list)
    facts: dict[str, str] = json.loads((folder / ".local" / "stack.json").read_text())
    async with httpx.AsyncClient(base_url=facts["receiver_url"], trust_env=False) as client:

        async def received() -> str:
            return (await client.get("/received")).text

        await until(received, lambda text: upload_id in text and "upload.completed" in text)


def test_the_file_is_found_and_fetched(outputs: list[str]) -> None:
    assert outputs[6] == "the same bytes\n"


def test_a_link_needs_no_token(outputs: list[str]) -> None:
    assert outputs[7] == "the same bytes\n"


def test_a_form_is_taken_and_an_upload_given_up(outputs: list[str]) -> None:
    chunk, aborted = outputs[8].splitlines()
    assert json.loads(chunk)["data"]["size"] == len("Hello, world!\n")
    assert json.loads(aborted)["data"]["state"] == "aborted"


def test_the_client_does_it_all_from_a_shell(outputs: list[str]) -> None:
    listed, same, link = outputs[9].strip().rsplit("\n", 2)
    assert "film.mp4" in listed
    assert same == "the same bytes"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/[\w-]{32}", link)
