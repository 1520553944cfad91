"""Generated files are up to date in this checkout, and a check notices when they are not."""

import json
from pathlib import Path

import pytest
from dotenv import dotenv_values
from typer.testing import CliRunner

from chunk_service.api.openapi import document
from chunk_service.cli.commands_page import commands_page
from chunk_service.cli.generate import GENERATED
from chunk_service.cli.main import app
from chunk_service.cli.settings_pages import env_example, settings_page
from chunk_service.cli.states_page import states_page
from chunk_service.domain.states import EVENTS, TRANSITIONS, State
from chunk_service.settings.model import Settings

ROOT = Path(__file__).parents[2]


def generate(root: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["generate", "--root", str(root), *options])
    return result.exit_code, result.output


def checkout(folder: Path) -> Path:
    (folder / "docs").mkdir()
    (folder / "pyproject.toml").touch()
    return folder


def test_this_checkout_is_up_to_date() -> None:
    assert generate(ROOT, "--check") == (0, "")


@pytest.mark.parametrize("stale", [[*GENERATED][::2], [*GENERATED][1::2]])
def test_a_check_names_what_is_out_of_date_and_writes_nothing(
    stale: list[str], tmp_path: Path
) -> None:
    root = checkout(tmp_path)
    generate(root)
    for name in stale:
        (root / name).write_text("old")
    code, output = generate(root, "--check")
    assert code == 1
    assert output.startswith(f"Out of date: {', '.join(stale)}. ")
    assert all((root / name).read_text() == "old" for name in stale)


def test_a_file_that_was_never_written_is_out_of_date(tmp_path: Path) -> None:
    code, output = generate(checkout(tmp_path), "--check")
    assert code == 1
    assert all(name in output for name in GENERATED)


def test_generating_writes_every_file(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    assert generate(root)[0] == 0
    assert all((root / name).is_file() for name in GENERATED)
    assert generate(root, "--check")[0] == 0


def test_no_file_is_written_outside_a_checkout(tmp_path: Path) -> None:
    assert generate(tmp_path)[0] == 1
    assert list(tmp_path.iterdir()) == []


def test_the_pages_hold_every_setting(tmp_path: Path) -> None:
    example = tmp_path / "env"
    example.write_text(env_example().replace("# ", ""))
    names = {name.upper() for name in Settings.model_fields}
    assert names <= set(dotenv_values(example))
    assert all(f"| `{name}` |" in settings_page() for name in names)


def test_the_pages_hold_the_second_name_of_a_setting() -> None:
    assert "# AWS_BUCKET is another name for:\nS3_BUCKET_NAME=" in env_example()
    (row,) = (line for line in settings_page().splitlines() if "`AWS_BUCKET`" in line)
    assert row.startswith("| `S3_BUCKET_NAME` |")


def test_the_page_of_states_holds_every_state_and_every_way() -> None:
    ways = [f"| `{old}` | {change} | `{new}` |" for (old, change), new in TRANSITIONS.items()]
    endings = [f"| `{state}` | `{event}` |" for state, event in EVENTS.items()]
    assert all(line in states_page() for line in ways + endings)
    assert all(f"| `{state}` |" in states_page() for state in State)


def test_the_page_of_commands_holds_those_below_commands_too() -> None:
    titles = {line for line in commands_page().splitlines() if line.startswith("## ")}
    wanted = {"serve", "worker", "token", "demo", "run", "migrate", "migrate up", "migrate down"}
    assert {f"## chunk-service {name}" for name in wanted} <= titles


def test_the_openapi_file_is_what_the_service_answers() -> None:
    assert json.loads(GENERATED["docs/openapi.json"]()) == document()
