"""Named points at which a process of the product kills itself, by SIGKILL, when it is told to.

A point is `<part>.<method>:before` or `:after`, for every awaited method of every part that wiring
hands to the use cases, and of the writers that the spool makes (`writer`). One is armed by a file
named like the process; whoever reaches it takes the file away first, so that the next start lives.
"""

import inspect
import os
import signal
from pathlib import Path
from typing import Any, TypeVar, cast

from tests.crash.failing_disk import fit_failing_disk

T = TypeVar("T")

POINTS = (
    "beginning.begin:after",
    "beginning.begin_in_memory:after",
    "cleaning.drop_files:before",
    "cleaning.note_pass:before",
    "cleaning.note_tidied:before",
    "cleaning.tidy:after",
    "closing.begin_completing:after",
    "closing.set_closing:after",
    "closing.take:after",
    "ending.end:after",
    "ending.end:before",
    "placing.place:after",
    "receiving.record:after",
    "receiving.record:before",
    "receiving.record_whole:after",
    "receiving.record_whole:before",
    "receiving.release:before",
    "receiving.reserve:after",
    "relaying.claim:after",
    "relaying.note_etags:after",
    "relaying.note_etags:before",
    "relaying.set_multipart:after",
    "relaying.set_multipart:before",
    "spool.create:after",
    "spool.recycle:after",
    "spool.recycle:before",
    "spool.unlink:after",
    "spool.unlink:before",
    "store.complete_multipart:after",
    "store.complete_multipart:before",
    "store.create_multipart:after",
    "store.head:after",
    "store.list_multiparts:after",
    "store.put_object:after",
    "store.put_object:before",
    "store.upload_part:after",
    "store.upload_part:before",
    "writer.finish:after",
    "writer.finish:before",
    "writer.write:after",
)


def armed_file(folder: Path, process: str) -> Path:
    return folder / f"{process}.failpoint"


class Failpoints:
    """What wiring surrounds every part with."""

    def __init__(self, folder: Path, process: str) -> None:
        self._folder = folder
        self._armed = armed_file(folder, process)

    def surround(self, name: str, part: T, /) -> T:
        if name == "spool":
            fit_failing_disk(part, self._folder)
        return cast("T", _Port(name, part, self))

    def reach(self, point: str) -> None:
        try:
            if self._armed.read_text() != point:
                return
            self._armed.unlink()
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


class _Port:
    """Stands in a part's place."""

    def __init__(self, name: str, part: object, failpoints: Failpoints) -> None:
        self._name = name
        self._part = part
        self._failpoints = failpoints

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if not inspect.iscoroutinefunction(value):
            return value
        point = f"{self._name}.{name}"

        async def passed(*args: Any, **kwargs: Any) -> Any:
            self._failpoints.reach(f"{point}:before")
            result = await value(*args, **kwargs)
            self._failpoints.reach(f"{point}:after")
            return _Port("writer", result, self._failpoints) if point == "spool.create" else result

        return passed
