"""Where bytes go: the S3 bucket they end in and the spool on local disk they wait in."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, SecretStr, ValidationInfo, field_validator

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration, Size
from chunk_service.settings.urls import http_base

HttpBase = Annotated[str, AfterValidator(http_base)]


class SpoolSettings(SettingsGroup):
    """Spool"""

    local_temp_chunk_path: Path = setting(
        "The spool: a folder for bytes that S3 does not have yet. It must survive restarts and "
        "crashes (a volume, never /tmp); several processes may share it.",
        example="/var/lib/chunk-service/spool",
    )
    spool_max_bytes: Size = setting(
        "The most that the spool may hold; above it chunks are answered 507.",
        default="20GiB",
        ge=2**20,
    )
    spool_fsync: bool = setting(
        "Flush file and folder to the disk before a chunk is acknowledged. "
        "Without it a power cut can lose acknowledged chunks: for trials only.",
        default=True,
    )
    spool_lost_after: Duration = setting(
        "How long a spool may be away (its volume not mounted anywhere) before what only it has "
        "is reported missing to the clients.",
        default="1h",
    )

    @field_validator("local_temp_chunk_path")
    @classmethod
    def _a_folder(cls, path: Path) -> Path:
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return path.absolute()
        except OSError as error:  # a folder above it may not be ours to look into
            raise ValueError(f"cannot be looked at: {error.strerror}") from None
        if not stat.S_ISDIR(mode):
            raise ValueError("expected a folder (it is made when absent); this is something else")
        return path.absolute()


class S3Settings(SettingsGroup):
    """Object store (S3)"""

    s3_access_key: str | None = setting(
        "The access key of the bucket's user. Needed by every store but AWS.",
        default=None,
        example="access-key",
        unset="found as AWS programs do: the role of the machine or pod, a profile",
        other_name="AWS_ACCESS_KEY_ID",
    )
    s3_secret_key: SecretStr | None = setting(
        "Its secret key.",
        default=None,
        example="secret-key",
        unset="like S3_ACCESS_KEY",
        other_name="AWS_SECRET_ACCESS_KEY",
    )
    s3_bucket_name: str = setting(
        "The bucket that receives the files. It must exist.",
        example="uploads",
        other_name="AWS_BUCKET",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$",
    )
    s3_endpoint_url: HttpBase | None = setting(
        "The S3 service as this service reaches it.",
        default=None,
        example="http://localhost:8333",
        unset="AWS, in S3_REGION_NAME",
    )
    s3_region_name: str = setting(
        "The region that requests are signed for.",
        default="us-east-1",
        other_name="AWS_REGION",
        pattern=r"^[a-z0-9-]{1,40}$",
    )
    s3_public_endpoint_url: str = setting(
        "The S3 service as clients reach it; stored files are told by this address.",
        default="",
        unset="S3_ENDPOINT_URL",
    )
    s3_addressing_style: Literal["path", "virtual", "auto"] = setting(
        "Whether the bucket's name stands in the path or in the host name of requests.",
        default="path",
    )
    s3_checksum: Literal["crc64nvme", "crc32", "none"] = setting(
        "The checksum that goes along with parts and objects. `crc64nvme` where the store takes "
        "it, else `crc32`; `none` only for stores that refuse both.",
        default="crc64nvme",
    )
    s3_conditional_writes: bool = setting(
        "The store honours `If-None-Match: *`, so an existing object is never overwritten.",
        default=True,
    )
    s3_send_object_size: bool = setting(
        "The store takes the object's size when a multipart upload is completed, and checks it.",
        default=True,
    )
    s3_connect_timeout: Duration = setting("How long a connection to S3 may take.", default="5s")
    s3_read_timeout: Duration = setting(
        "How long S3 may be silent within one request.", default="60s"
    )

    @field_validator("s3_secret_key")
    @classmethod
    def _both_or_neither(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        is_known = "s3_access_key" in info.data  # its own fault is told already
        if is_known and (secret is None) != (info.data["s3_access_key"] is None):
            raise ValueError("set S3_ACCESS_KEY and S3_SECRET_KEY, or neither")
        return secret

    @field_validator("s3_endpoint_url")
    @classmethod
    def _with_keys(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is not None and info.data.get("s3_access_key") is None:
            raise ValueError("a store that is not AWS needs S3_ACCESS_KEY and S3_SECRET_KEY")
        return url

    @field_validator("s3_public_endpoint_url")
    @classmethod
    def _endpoint_unless_told(cls, url: str, info: ValidationInfo) -> str:
        if url:
            return http_base(url)
        endpoint: str | None = info.data.get("s3_endpoint_url")
        return endpoint or f"https://s3.{info.data.get('s3_region_name')}.amazonaws.com"


class RelaySettings(SettingsGroup):
    """Relay"""

    relay_mode: Literal["eager", "on_completion"] = setting(
        "`eager` sends parts to S3 while other chunks still arrive; `on_completion` leaves S3 "
        "untouched until the client completes, and keeps the whole upload in the spool till then. "
        "An upload can choose for itself.",
        default="eager",
    )
    relay_concurrency: int = setting(
        "Parts that one process sends at a time. Each takes about 1 MiB of memory.",
        default=4,
        ge=1,
        le=256,
    )
    complete_wait: Duration = setting(
        "How long a completing call waits for S3 before it answers 503 with `Retry-After`; "
        "the work goes on, and the repeated call gets the result. A download that is handed "
        "through waits as long for S3 to begin.",
        default="25s",
        le=timedelta(minutes=5),
    )
