"""How much of everything is allowed, and for how long.

Limits are read when an upload begins and kept with it: changing one does not touch uploads that
are already open.
"""

from datetime import timedelta

from pydantic import ValidationInfo, field_validator

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration, Size

_MIB = 2**20
_TIB = 2**40
# The smallest chunk size that an init may recommend: the least window of an upload.
_RECOMMENDED_CHUNK_BYTES = 8 * _MIB
# 10,000 parts of 5 GiB: no S3 multipart upload can be larger.
_LARGEST_OBJECT_BYTES = 10_000 * 5 * 2**30


class LimitSettings(SettingsGroup):
    """Limits"""

    # 128 MiB: two minutes at 10 Mbit/s are lost when a connection breaks, and the proxies and
    # browsers of most clients take no larger bodies anyway.
    max_chunk_size: Size = setting(
        "The largest chunk; at least 8MiB, which is the chunk size recommended to clients.",
        default="128MiB",
        ge=_RECOMMENDED_CHUNK_BYTES,
        le=5 * 2**30,
    )
    max_file_size: Size | None = setting(
        "The largest file, whatever way it comes.",
        default=None,
        unset="5TiB, and 50MiB by `/upload-url`",
        example="100GiB",
        ge=1,
        le=_LARGEST_OBJECT_BYTES,
    )
    max_chunks: int = setting(
        "The most chunks that one upload may have.", default=100_000, ge=1, le=1_000_000
    )
    max_open_uploads_per_owner: int = setting(
        "Uploads that one owner may have open at a time.", default=100, ge=1
    )
    max_spool_bytes_per_owner: Size | None = setting(
        "The most that the chunks of one owner may hold in the spool; above it 507.",
        default=None,
        unset="no limit of its own",
        example="5GiB",
        ge=2**20,
    )
    max_spool_bytes_per_upload: Size | None = setting(
        "The most that the chunks of one upload may hold in the spool; above it 507.",
        default=None,
        unset="no limit of its own",
        example="2GiB",
        ge=2**20,
    )
    quota_bytes_per_owner: Size | None = setting(
        "What the files and open uploads of one owner may come to; beyond it 403.",
        default=None,
        unset="no quota",
        example="100GiB",
    )
    quota_bytes_per_owner_per_day: Size | None = setting(
        "What the uploads that one owner began within a day may come to; beyond it 403.",
        default=None,
        unset="no quota",
        example="20GiB",
    )
    max_concurrent_requests: int = setting(
        "Requests that one process works on at a time; more are answered 503 with `Retry-After`.",
        default=512,
        ge=1,
    )
    max_concurrent_requests_per_owner: int | None = setting(
        "Requests of one owner that one process works on at a time; more are answered 429 with "
        "`Retry-After`.",
        default=None,
        unset="three quarters of MAX_CONCURRENT_REQUESTS",
        ge=1,
    )
    rate_limit_per_owner: int | None = setting(
        "Requests a second that one process takes from one owner; more are answered 429 with "
        "`Retry-After`. Each process counts for itself.",
        default=None,
        unset="no limit",
        example="50",
        ge=1,
    )
    rate_limit_burst: int = setting(
        "Requests that one owner may send at once, after a rest, where RATE_LIMIT_PER_OWNER is "
        "set.",
        default=200,
        ge=1,
    )
    max_connections: int = setting(
        "Connections that one process holds open; more are answered 503 and closed.",
        default=4096,
        ge=1,
    )
    max_header_bytes: Size = setting(
        "What the request line and headers of one request may come to; beyond it 431.",
        default="32KiB",
        ge=8 * 2**10,
        le=2**20,
    )


class DeadlineSettings(SettingsGroup):
    """Deadlines"""

    upload_ttl: Duration = setting(
        "An upload without progress expires after this time.", default="24h"
    )
    upload_max_age: Duration = setting(
        "An upload expires after this time, progress or not. It must be shorter than the "
        "bucket's rule that aborts incomplete multipart uploads (often 7d).",
        default="6d",
    )
    cleanup_grace: Duration = setting(
        "When the clean-up after an ended upload is repeated for what arrived late. S3 accepts a "
        "signed request for 15 minutes, so this should be longer.",
        default="20m",
    )
    header_timeout: Duration = setting(
        "How long a request's headers may take, from the first byte to the last; then 408.",
        default="10s",
    )
    # Longer than the minute after which most balancers close a connection themselves: whoever
    # closes first must not be the one that a request may be on its way to.
    idle_timeout: Duration = setting(
        "How long a connection may rest between two requests; then it is closed.", default="75s"
    )
    send_timeout: Duration = setting(
        "How long a client may take for the next 16 KiB of its answer; then the connection is "
        "closed.",
        default="30s",
    )
    body_idle_timeout: Duration = setting(
        "How long a request's body may be silent; then 408.", default="30s"
    )
    body_grace: Duration = setting(
        "How long a request's body may come slower than BODY_MIN_RATE; then 408.", default="60s"
    )
    body_min_rate: Size = setting(
        "The slowest that a request's body may come, in bytes a second, after BODY_GRACE.",
        default="1KiB",
    )
    shutdown_grace: Duration = setting(
        "How long requests in flight may still take after SIGTERM; then what is being relayed "
        "or delivered gets as long, 20s at most.",
        default="30s",
        le=timedelta(hours=1),
    )

    @field_validator("upload_max_age")
    @classmethod
    def _not_before_ttl(cls, age: timedelta, info: ValidationInfo) -> timedelta:
        ttl: timedelta | None = info.data.get("upload_ttl")
        if ttl is not None and age < ttl:
            raise ValueError("must not be shorter than UPLOAD_TTL")
        return age
