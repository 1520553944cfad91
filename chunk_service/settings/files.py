"""Which files are taken, how they are given back, and how long they are kept."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from chunk_service.domain.file_types import FileTypes
from chunk_service.settings.file_types import parse_file_types
from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration


class FileSettings(SettingsGroup):
    """Files"""

    allowed_file_types: Annotated[FileTypes | None, NoDecode, BeforeValidator(parse_file_types)] = (
        setting(
            "What may be uploaded, separated by commas: the presets `audio`, `image`, `video` and "
            "`document`, extensions (`.zip`), extensions with their content type "
            "(`.stl=model/stl`), content types (`image/png`). A file's name, the content type that "
            "its client claims and its first bytes are held against it: 415.",
            default=None,
            unset="everything",
            example="image,document,.zip",
        )
    )
    presigned_url_expiration: Duration = setting(
        "How long a link to a file in S3 can be used. S3 takes a week at most.",
        default="600s",
        le=timedelta(days=7),
    )
    file_retention: Duration | None = setting(
        "How long a file lives that has no `delete_after` of its own.",
        default=None,
        unset="for ever",
        example="90d",
    )
    retention_grace: Duration = setting(
        "How long a file that is due stays, marked with the moment at which it will be deleted. "
        "Its owner can undo that meanwhile.",
        default="24h",
    )
    retention_max_share: float = setting(
        "The share of all files that retention may delete in one run, which is once an hour. What "
        "is more waits for `chunk-service retention confirm`.",
        default=0.1,
        gt=0,
        le=1,
    )
    retention_bulk_files: int = setting(
        "So many files a run may delete whatever their share is.", default=100, ge=0
    )
    download_mode: Literal["redirect", "proxy"] = setting(
        "What `GET /files/{key}/content` does: `redirect` sends clients on to S3 by a link; "
        "`proxy` hands the bytes through, for clients that can't reach S3.",
        default="redirect",
    )
    max_concurrent_downloads: int = setting(
        "Downloads that one process hands through at a time; more are answered 503, and 429 above "
        "three quarters of them by one owner. Each takes about 1 MiB of memory.",
        default=64,
        ge=1,
        le=4096,
    )
