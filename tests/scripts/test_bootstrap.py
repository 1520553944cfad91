"""What a fresh machine lacks is named, with the package that brings it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[2] / "scripts" / "bootstrap"
# as on Debian without python3-venv: everything but ensurepip
_SPLIT = """
case "$2" in
  *ensurepip*) exit 1 ;;
  *) [ "$1" != -V ] || echo Python 3.13.5 ;;
esac
"""
_OLD = """
case "$1" in
  -V) echo Python 3.9.2 ;;
  *) exit 1 ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(_SCRIPT, tmp_path / "scripts")
    for name in ("requirements-dev.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    return tmp_path


def _run(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "scripts" / "bootstrap"],
        env={**os.environ, "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )


def _fake_python(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(0o755)
    return str(path)


def test_a_missing_python_is_named(checkout: Path) -> None:
    result = _run(checkout, "no-such-python")
    assert result.returncode == 1
    assert "no-such-python was not found" in result.stderr
    assert "apt install python3 python3-venv" in result.stderr


def test_an_old_python_is_named_with_its_version(checkout: Path) -> None:
    result = _run(checkout, _fake_python(checkout, _OLD))
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed" in result.stderr
    assert "Python 3.9.2" in result.stderr


def test_a_python_without_venv_is_named_with_the_package(checkout: Path) -> None:
    result = _run(checkout, _fake_python(checkout, _SPLIT))
    assert result.returncode == 1
    assert "apt install python3-venv" in result.stderr
    assert not (checkout / ".venv").exists()
