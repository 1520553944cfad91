"""What `make run` prints can be pasted: it is bash, and a notification of the whole way ends it."""

import dataclasses
import subprocess
from pathlib import Path

from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.welcome import welcome

_FACTS = StackFacts(**{field.name: f"the-{field.name}" for field in dataclasses.fields(StackFacts)})
_FAKE_CURL = """
curl() {
  [[ "$*" != */upload/init* ]] || echo '{"data": {"upload_session_id": "the-session"}}'
  printf '%s\\n' "$*" >&2
}
"""


def test_the_page_opens_with_a_token() -> None:
    lines = welcome(_FACTS, folder=Path("folder")).splitlines()
    assert "the-base_url/app#token=the-token" in lines


def test_the_command_is_told_where_to_and_as_whom() -> None:
    lines = welcome(_FACTS, folder=Path("folder")).splitlines()
    assert "export CHUNK_SERVICE_URL=the-base_url CHUNK_SERVICE_TOKEN=the-token" in lines


def test_the_lines_to_paste_are_bash_and_carry_the_session_along() -> None:
    text = welcome(_FACTS, folder=Path("folder"))
    pasted = text[text.index("\nTOKEN=") : text.index("Ctrl-C")]
    result = subprocess.run(
        ["bash", "-euc", _FAKE_CURL + pasted], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[0] == "the-session"
    assert result.stderr.count("Authorization: Bearer the-token") == 4
    assert result.stderr.count("upload_session_id=the-session") == 2
    assert '"upload_session_id": "the-session", "total_chunks": 2' in result.stderr
    assert "the-receiver_url/received" in result.stderr
