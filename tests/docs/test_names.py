"""What documents name in backquotes exists: settings, commands, options, targets of make."""

import re
from collections.abc import Iterator

import pytest
from opentelemetry.sdk import environment_variables

from chunk_service.settings.model import Settings
from chunk_service.settings.other_names import other_name_of
from tests.docs import pages
from tests.docs.pages import ROOT, Page

_SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_COMMAND = re.compile(r"^(chunk-service(?: [a-z-]+)+)(.*)$", re.MULTILINE)
_OPTION = re.compile(r"--[a-z-]+")
_MAKE = re.compile(r"^make ([a-z-]+)", re.MULTILINE)
_HELP: dict[str, str] = dict(
    re.findall(
        r"^## (chunk-service[a-z -]*)\n\n```text\n(.*?)^```$",
        Page.read("docs/cli.md").text,
        re.MULTILINE | re.DOTALL,
    )
)
# Read by the client, the tests and the system; `chunk-service run` says what it tells scripts.
_OTHER_VARIABLES = {
    *("CHUNK_SERVICE_URL", "CHUNK_SERVICE_TOKEN"),
    *("CHUNK_SERVICE_TOKEN_FILE", "CHUNK_SERVICE_TOKEN_COMMAND"),
    *("BROWSER_PATH", "NGINX_PATH", "CADDY_PATH", "TUSD_SRC", "XDG_STATE_HOME"),
}
_TRACING_VARIABLES = {name for name in dir(environment_variables) if name.startswith("OTEL_")}
each_page = pytest.mark.parametrize("page", pages.ALL, ids=lambda page: page.name)


def _settings() -> set[str]:
    fields = Settings.model_fields
    others = {name for field in fields.values() if (name := other_name_of(field))}
    return {name.upper() for name in fields} | others


@each_page
def test_every_setting_that_is_named_exists(page: Page) -> None:
    named = {word.partition("=")[0] for word in page.words}
    named = {word for word in named if _SETTING.fullmatch(word)}
    assert named - _settings() - _OTHER_VARIABLES - _TRACING_VARIABLES == set()


@each_page
def test_every_command_and_option_that_is_named_exists(page: Page) -> None:
    assert [line for line in _commands(page) if not _exists(line)] == []


@each_page
def test_every_target_of_make_exists(page: Page) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = {name for text in _typed(page) for name in _MAKE.findall(text)}
    assert [name for name in targets if f"\n{name}: " not in makefile] == []


def test_there_are_names_to_look_at() -> None:
    assert "SHUTDOWN_GRACE" in Page.read("docs/operations.md").words
    assert "chunk-service events replay --dead" in list(_commands(Page.read("docs/operations.md")))
    assert {"demo", "run", "test", "check"} <= set(_MAKE.findall("\n".join(pages.README.words)))


def _typed(page: Page) -> Iterator[str]:
    """What a reader may type: words in backquotes, and blocks of a shell."""
    yield from sorted(page.words)
    yield from page.blocks("sh")
    yield from (block.replace("$ ", "") for block in page.blocks("console"))


def _commands(page: Page) -> Iterator[str]:
    for text in _typed(page):
        for match in _COMMAND.finditer(text):
            yield match[0]


def _exists(line: str) -> bool:
    """By the help of the longest command that the line begins with."""
    words = line.split()
    counts = (1,) if words[1].startswith("-") else (3, 2)
    known = (" ".join(words[:count]) for count in counts)
    name = next((name for name in known if name in _HELP), None)
    if name is None:
        return False
    is_group = any(other.startswith(f"{name} ") for other in _HELP)
    is_short = len(words) == 2
    return (not is_group or is_short) and all(
        option in _HELP[name] for option in _OPTION.findall(line)
    )
