"""The file that is sent is measured once."""

import hashlib
from pathlib import Path

import pytest

from chunk_service.cli.demonstration.source import SourceFile, write_sample

_PIECE = 4 * 1024**2


@pytest.mark.parametrize("size_bytes", [0, 1, _PIECE, _PIECE + 1])
def test_a_file_is_measured(tmp_path: Path, size_bytes: int) -> None:
    path = tmp_path / "file"
    write_sample(path, size_bytes=size_bytes)
    advances: list[int] = []
    source = SourceFile.of(path, advance=advances.append)
    assert source.size_bytes == sum(advances) == size_bytes
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
