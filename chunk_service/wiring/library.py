"""The use cases of files after they were stored."""

from uuid_utils.compat import uuid7

from chunk_service.adapters.digests import CRCS
from chunk_service.adapters.postgres.file_search import FileSearchRows
from chunk_service.api.library import Downloads, Library
from chunk_service.usecases.change_file import ChangeFile
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.confirm_upload import ConfirmUpload
from chunk_service.usecases.confirmed_files import ConfirmedFiles, FindConfirmedFiles
from chunk_service.usecases.delete_file import DeleteFile, MarkDeleted
from chunk_service.usecases.fetch_file import FetchFile
from chunk_service.usecases.find_files import FindFiles
from chunk_service.usecases.link_file import LinkFile
from chunk_service.usecases.remove_objects import RemoveObjects
from chunk_service.wiring.opening import Opened
from chunk_service.wiring.presigned import utc_now
from chunk_service.wiring.rows import Rows


def library_over(
    opened: Opened,
    rows: Rows,
    *,
    confirm: ConfirmUpload,
    link: LinkFile,
    types: TypeCheck,
    remove_objects: RemoveObjects,
) -> Library:
    confirmed = ConfirmedFiles(rows.files, confirm)
    return Library(
        find=FindConfirmedFiles(FindFiles(FileSearchRows(opened.database)), confirm),
        link=link,
        change=ChangeFile(rows.files, types),
        delete=DeleteFile(
            confirmed,
            rows.deleting,
            MarkDeleted(rows.deleting, now=utc_now, new_id=uuid7),
            remove_objects,
        ),
        downloads=downloads_of(opened),
    )


def downloads_of(opened: Opened) -> Downloads | None:
    """One owner leaves a quarter of the room to the others."""
    if opened.reader is None:
        return None
    most = opened.settings.max_concurrent_downloads
    patience_seconds = opened.settings.complete_wait.total_seconds()
    downloads = Downloads(
        fetch=FetchFile(opened.reader, CRCS, patience_seconds, opened.metrics.uploads),
        most=most,
        most_per_owner=max(1, most * 3 // 4),
    )
    opened.metrics.levels.downloads(downloads.in_work, most=most)
    return downloads
