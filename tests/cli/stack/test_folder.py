"""One stack a folder, and `stack.json` only while that stack answers."""

import dataclasses
import json
from pathlib import Path

import pytest

from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.folder import StackFolder

_FACTS = StackFacts(**{field.name: field.name for field in dataclasses.fields(StackFacts)})


def test_a_second_stack_is_refused_and_told_where_the_first_is(tmp_path: Path) -> None:
    folder = StackFolder(tmp_path / "new")
    with folder.held(), folder.told(_FACTS):
        with pytest.raises(StackError, match=r"already running on .*: base_url"), folder.held():
            pass
        assert folder.stack_file.exists()
    with folder.held():
        pass


def test_the_facts_are_there_only_while_they_are_true(tmp_path: Path) -> None:
    folder = StackFolder(tmp_path)
    folder.stack_file.write_text("left by a stack that was killed")
    with folder.held():
        assert not folder.stack_file.exists()
        with folder.told(_FACTS):
            assert json.loads(folder.stack_file.read_text()) == dataclasses.asdict(_FACTS)
            assert folder.stack_file.stat().st_mode & 0o777 == 0o600
        assert not folder.stack_file.exists()


def test_emptying_removes_everything_but_the_lock(tmp_path: Path) -> None:
    folder = StackFolder(tmp_path)
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "file").touch()
    with folder.held():
        folder.empty()
        with pytest.raises(StackError, match="just starting or stopping"), folder.held():
            pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]
