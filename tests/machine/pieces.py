"""Small chunks that are stored as they come, as large ones are, and not with their last byte."""

from contextlib import AbstractContextManager
from unittest import mock

from chunk_service.adapters.spool import writer


def stored_as_they_come() -> AbstractContextManager[object]:
    return mock.patch.object(writer, "GATHER_BYTES", 1)
