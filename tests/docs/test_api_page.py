"""docs/api.md: its tables of calls, of problems and of limits are those of the code."""

import re

import pytest

from chunk_service.api.openapi_operations import OPERATIONS
from chunk_service.api.problems import STATUSES
from chunk_service.domain.plan import MAX_OBJECT_BYTES, TIB
from chunk_service.settings.model import Settings
from tests.docs.pages import Page

PAGE = Page.read("docs/api.md")
_CALL = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`")
_PROBLEM = re.compile(r"(\d{3}) `([a-z-]+)`")
LIMITS = PAGE.section("Limits").splitlines()


def test_every_call_is_in_the_tables_and_no_other() -> None:
    rows = [line for line in PAGE.section("Calls").splitlines() if line.startswith("| `")]
    told = [call for row in rows for call in _CALL.findall(row.split(" | ")[0])]
    assert sorted(told) == sorted(f"{each.method} {each.path}" for each in OPERATIONS)


def test_every_problem_is_told_with_its_status() -> None:
    statuses = {(str(status), error.type) for error, status in STATUSES.items()}
    told = set(_PROBLEM.findall(PAGE.section("How a client should retry")))
    assert told
    assert told <= statuses


def test_every_problem_that_may_pass_is_told() -> None:
    passing = {error.type for error, status in STATUSES.items() if status in (429, 503, 507)}
    told = {name for _, name in _PROBLEM.findall(PAGE.section("How a client should retry"))}
    assert passing <= told


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("max_chunk_size", "128 MiB"),
        ("max_chunks", "100,000"),
        ("max_open_uploads_per_owner", "| 100 |"),
        ("spool_max_bytes", "20 GiB"),
        ("upload_ttl", "24 hours"),
        ("upload_max_age", "6 days"),
        ("max_concurrent_requests", "| 512 |"),
        ("max_concurrent_downloads", "| 64 |"),
    ],
)
def test_limits_are_the_defaults(setting: str, told: str) -> None:
    default = str(Settings.model_fields[setting].default)
    number = re.sub(r"\D", "", default)
    assert number == re.sub(r"\D", "", told)
    line = next(line for line in LIMITS if f"`{setting.upper()}`" in line)
    assert told in line


def test_the_limit_of_a_file_is_what_the_store_takes() -> None:
    assert Settings.model_fields["max_file_size"].default is None
    line = next(line for line in LIMITS if "`MAX_FILE_SIZE`" in line)
    assert f"{MAX_OBJECT_BYTES // TIB} TiB" in line


def test_what_is_said_to_be_off_is_off() -> None:
    _, _, rest = PAGE.section("Limits").partition("Off until they are set")
    named = re.findall(r"`([A-Z_]+)`", rest)
    assert named
    assert [name for name in named if Settings.model_fields[name.lower()].default is not None] == []
