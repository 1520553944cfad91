"""Settings of a developer's own come on top of the stack's, and never take their place."""

import dataclasses
from pathlib import Path

import pytest

from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.service_settings import service_settings

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


@pytest.mark.parametrize("name", sorted(_made()))
def test_what_the_stack_tells_of_itself_stays_true(name: str) -> None:
    with pytest.raises(StackError, match=f": {name}$"):
        _made(**{name: "another"})
