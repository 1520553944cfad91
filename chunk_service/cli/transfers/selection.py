"""The files that `upload` is asked for: paths as they are, and what lies in folders.

A folder's links are not followed, and what is neither file nor folder is passed over: pipes and
devices have no end. A file's place in the folder goes along as its metadata `path`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PIPE = Path("-")


@dataclass(frozen=True, slots=True)
class Selected:
    """`size_bytes` is None for the pipe."""

    path: Path
    size_bytes: int | None
    metadata: Mapping[str, str] = field(default_factory=dict)


def selected(paths: Iterable[Path]) -> Iterator[Selected]:
    """In the order given, folders sorted. Raises OSError for what can't be looked at."""
    for path in paths:
        if path == PIPE:
            yield Selected(path, None)
        elif path.is_dir():
            yield from _inside(path)
        else:
            yield Selected(path, path.stat().st_size)


def _inside(folder: Path) -> Iterator[Selected]:
    name = Path(folder.resolve().name)
    for parent, folders, files in os.walk(folder, onerror=_refuse):
        folders.sort()
        for file in sorted(files):
            path = Path(parent, file)
            if path.is_file() and not path.is_symlink():
                place = (name / path.relative_to(folder)).as_posix()
                yield Selected(path, path.stat().st_size, {"path": place})


def _refuse(error: OSError) -> None:
    raise error
