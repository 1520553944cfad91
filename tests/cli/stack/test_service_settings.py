"""Settings of a developer's own come on top of the stack's, and never take their place."""

import dataclasses
import re
from pathlib import Path

import pytest

from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.service_settings import service_settings
from chunk_service.settings.browsers import parse_origins

_PAGE = Path(__file__).parents[3] / "examples/page.html"

_FACTS = dataclasses.replace(
    StackFacts(**{field.name: f"the-{field.name}" for field in dataclasses.fields(StackFacts)}),
    base_url="http://127.0.0.1:8000",
)


def _made(**more: str) -> dict[str, str]:
    return service_settings(
        _FACTS, jwt_public_key="pem", callback_url="http://x", spool=Path("spool"), more=more
    )


def test_more_settings_come_on_top() -> None:
    made = _made(MAX_FILE_SIZE="1GiB")
    assert made == {**_made(), "MAX_FILE_SIZE": "1GiB"}


@pytest.mark.parametrize("name", sorted(_made().keys() - {"CORS_ORIGINS"}))
def test_what_the_stack_tells_of_itself_stays_true(name: str) -> None:
    with pytest.raises(StackError, match=f": {name}$"):
        _made(**{name: "another"})


def test_the_example_page_may_call_it() -> None:
    told = re.search(r"open (http://\S+)/page\.html", _PAGE.read_text())
    assert told
    assert told[1] in parse_origins(_made()["CORS_ORIGINS"])
