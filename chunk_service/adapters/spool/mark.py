"""The mark that makes a folder a spool: a file with a random id, as durable as what it vouches for.

What the id means to the database is in `identity.py`.
"""

import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

from chunk_service.adapters.spool.files import sync_folder
from chunk_service.domain.uploads import SpoolId

ID_FILE = "spool-id"


class SpoolIdentityError(Exception):
    """The folder can't be this deployment's spool; the message says what to do."""


def read_spool_id(folder: Path) -> SpoolId | None:
    """The id that the volume carries; None where it carries none yet."""
    path = folder / ID_FILE
    try:
        return SpoolId(UUID(path.read_text(encoding="ascii").strip()))
    except FileNotFoundError:
        return None
    except ValueError:
        raise SpoolIdentityError(
            f"{path} does not hold the id of a spool. Restore it: `chunk-service spool list` tells "
            "the ids that the database knows. With another id the chunks in the folder are lost."
        ) from None


def make_spool_id(folder: Path, proposed: SpoolId) -> SpoolId:
    """The id that the volume carries from now on: whoever links its file first wins."""
    make_folder(folder)
    draft = folder / f"{ID_FILE}.{uuid4()}"
    with draft.open("x") as file:
        file.write(f"{proposed}\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, folder / ID_FILE)
    draft.unlink()
    sync_folder(folder)
    found = read_spool_id(folder)
    assert found is not None
    return found


def make_folder(folder: Path) -> None:
    """The folder and what is missing above it, each of them durable in its parent."""
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    # Even where it was there: whoever made it may have died before this line. A parent that we
    # may not read holds a folder that somebody else made.
    with suppress(PermissionError):
        sync_folder(folder.parent)
