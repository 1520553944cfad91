"""Settings as the values that each part takes. Nothing is opened here."""

import socket
from dataclasses import replace

from chunk_service.adapters.postgres.admission import AdmissionLimits
from chunk_service.adapters.postgres.database import DatabaseOptions
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.signatures import recognise
from chunk_service.api.connection_limits import ConnectionLimits
from chunk_service.api.context import ApiLimits
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.chunking import ChunkLimits
from chunk_service.domain.plan import DEFAULT_PART_BYTES, MAX_OBJECT_BYTES, MIB
from chunk_service.domain.rates import Rate
from chunk_service.domain.uploads import RelayMode
from chunk_service.settings.model import Settings
from chunk_service.usecases.beginning import UploadDefaults
from chunk_service.usecases.check_type import TypeCheck

MAX_JSON_BYTES = 256 * 1024
UNSEEN_FILE_BYTES = 50 * MIB


def host_name() -> str:
    return socket.gethostname()


def database_options(settings: Settings) -> DatabaseOptions:
    return DatabaseOptions(
        url=settings.database_dsn.get_secret_value(), pool_size=settings.database_pool_size
    )


def s3_options(settings: Settings) -> S3Options:
    secret_key = settings.s3_secret_key
    return S3Options(
        region=settings.s3_region_name,
        endpoint_url=settings.s3_endpoint_url,
        access_key=settings.s3_access_key,
        secret_key=None if secret_key is None else secret_key.get_secret_value(),
        addressing_style=settings.s3_addressing_style,
        conditional_writes=settings.s3_conditional_writes,
        send_object_size=settings.s3_send_object_size,
        connect_timeout_seconds=settings.s3_connect_timeout.total_seconds(),
        read_timeout_seconds=settings.s3_read_timeout.total_seconds(),
        relay_connections=settings.relay_concurrency,
    )


def upload_defaults(settings: Settings) -> UploadDefaults:
    return UploadDefaults(
        bucket=settings.s3_bucket_name,
        max_file_size=settings.max_file_size or MAX_OBJECT_BYTES,
        relay_mode=RelayMode(settings.relay_mode),
        part_checksum=None if settings.s3_checksum == "none" else Algorithm(settings.s3_checksum),
        ttl=settings.upload_ttl,
        max_age=settings.upload_max_age,
        callback_hosts=settings.webhook_allowed_hosts,
    )


def presigned_defaults(settings: Settings) -> UploadDefaults:
    """Of what one presigned request brings nobody sees the length before it is there."""
    largest = settings.max_file_size or UNSEEN_FILE_BYTES
    return replace(upload_defaults(settings), max_file_size=largest)


def chunk_limits(settings: Settings) -> ChunkLimits:
    return ChunkLimits(max_chunk_size=settings.max_chunk_size, max_chunks=settings.max_chunks)


def type_check(settings: Settings) -> TypeCheck:
    return TypeCheck(settings.allowed_file_types, recognise)


def admission_limits(settings: Settings) -> AdmissionLimits:
    """Below the limit stays room for what lets parts go: windows on their way and a large chunk."""
    headroom = settings.relay_concurrency * DEFAULT_PART_BYTES + settings.max_chunk_size
    return AdmissionLimits(
        spool=settings.spool_max_bytes,
        high_water=max(settings.spool_max_bytes - headroom, settings.spool_max_bytes // 2),
        spool_per_owner=settings.max_spool_bytes_per_owner,
        spool_per_upload=settings.max_spool_bytes_per_upload,
        stored_per_owner=settings.quota_bytes_per_owner,
        day_per_owner=settings.quota_bytes_per_owner_per_day,
    )


def api_limits(settings: Settings) -> ApiLimits:
    return ApiLimits(
        max_chunk_size=settings.max_chunk_size,
        max_json_bytes=MAX_JSON_BYTES,
        max_concurrent_requests=settings.max_concurrent_requests,
        max_requests_per_owner=_requests_per_owner(settings),
        body_idle_seconds=settings.body_idle_timeout.total_seconds(),
        body_grace_seconds=settings.body_grace.total_seconds(),
        body_min_bytes_per_second=settings.body_min_rate,
    )


def _requests_per_owner(settings: Settings) -> int:
    """Unless someone says otherwise a quarter of the room is never one owner's."""
    most = settings.max_concurrent_requests
    return min(most, settings.max_concurrent_requests_per_owner or max(1, most * 3 // 4))


def owner_rate(settings: Settings) -> Rate | None:
    per_second = settings.rate_limit_per_owner
    return None if per_second is None else Rate(per_second, settings.rate_limit_burst)


def connection_limits(settings: Settings) -> ConnectionLimits:
    return ConnectionLimits(
        head_seconds=settings.header_timeout.total_seconds(),
        idle_seconds=settings.idle_timeout.total_seconds(),
        send_seconds=settings.send_timeout.total_seconds(),
        max_head_bytes=settings.max_header_bytes,
        max_connections=settings.max_connections,
        origins=settings.cors_origins,
    )
