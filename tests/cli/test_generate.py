"""Generated files are up to date in this checkout, and a check notices when they are not."""

from pathlib import Path

from dotenv import dotenv_values
from typer.testing import CliRunner

from chunk_service.cli.generate import GENERATED
from chunk_service.cli.main import app
from chunk_service.cli.settings_pages import env_example, settings_page
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


def test_a_check_names_what_is_out_of_date_and_writes_nothing(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    generate(root)
    (root / ".env.example").write_text("old")
    code, output = generate(root, "--check")
    assert code == 1
    assert ".env.example" in output
    assert "docs/settings.md" not in output
    assert (root / ".env.example").read_text() == "old"


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
