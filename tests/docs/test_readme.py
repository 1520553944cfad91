"""What the README says is so: its names exist, its tables agree with the code."""

import re

import pytest

from chunk_service.api.openapi_operations import OPERATIONS
from chunk_service.api.problems import STATUSES
from chunk_service.domain.plan import MAX_OBJECT_BYTES, TIB
from chunk_service.settings.model import Settings
from tests.docs import readme

_SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_CALL = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`")
_PROBLEM = re.compile(r"(\d{3}) `([a-z-]+)`")
_MAKE = re.compile(r"`make ([a-z-]+)")


def test_links_lead_to_files() -> None:
    assert readme.links()
    assert [link for link in readme.links() if not (readme.ROOT / link).exists()] == []


def test_every_setting_that_is_named_exists() -> None:
    named = {word for word in readme.words() if _SETTING.fullmatch(word)}
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_call_is_in_the_table_and_no_other() -> None:
    told = set(_CALL.findall(readme.section("Calls")))
    assert told == {f"{each.method} {each.path}" for each in OPERATIONS}


def test_every_problem_is_told_with_its_status() -> None:
    statuses = {(str(status), error.type) for error, status in STATUSES.items()}
    told = set(_PROBLEM.findall(readme.section("How a client should retry")))
    assert told
    assert told <= statuses


def test_every_problem_that_may_pass_is_told() -> None:
    passing = {error.type for error, status in STATUSES.items() if status in (429, 503, 507)}
    told = {name for _, name in _PROBLEM.findall(readme.section("How a client should retry"))}
    assert passing <= told


def test_every_target_of_make_exists() -> None:
    makefile = (readme.ROOT / "Makefile").read_text()
    targets = set(_MAKE.findall(readme.TEXT))
    assert targets >= {"demo", "run", "test", "check"}
    assert [name for name in targets if f"\n{name}: " not in makefile] == []


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
    line = next(line for line in readme.TEXT.splitlines() if f"`{setting.upper()}`" in line)
    assert told in line


def test_the_limit_of_a_file_is_what_the_store_takes() -> None:
    assert Settings.model_fields["max_file_size"].default is None
    line = next(line for line in readme.TEXT.splitlines() if "`MAX_FILE_SIZE`" in line)
    assert f"{MAX_OBJECT_BYTES // TIB} TiB" in line
