"""Statements with typed parameters: one name has one type in every statement.

Postgres must know a parameter's type where an expression does not tell, and a wrong guess is
an error only at run time; so the types are declared once here, by name.
"""

import re
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    Interval,
    LargeBinary,
    Text,
    TextClause,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.types import TypeEngine

from chunk_service.usecases.find_files import MOST_WORDS

_TYPES: dict[str, TypeEngine[Any]] = {
    name: kind
    for kind, names in (
        (Uuid(), "attempt behind delivery file holder spool upload"),
        (Integer(), "attempts count delivery_number duration_ms index limit number pass_number"),
        (Integer(), "open_limit part_limit status total_chunks unsent_parts"),
        (BigInteger(), "chunk_size max_size offset part_size size total_size"),
        (BigInteger(), "day_limit high_water owner_spool_limit spool_limit stored_limit"),
        (BigInteger(), "min_size upload_spool_limit"),
        (Boolean(), "is_free is_kept is_last is_redated"),
        (DateTime(timezone=True), "behind_at delete_after due_at since unchanged_since until"),
        (Interval(), "delay expires_in grace lease max_age retention ttl"),
        (LargeBinary(), "address crc64nvme fingerprint payload sha256"),
        (ARRAY(Integer()), "indices part_numbers numbers"),
        (ARRAY(BigInteger()), "part_bytes"),
        (ARRAY(Uuid()), "uploads"),
        (ARRAY(Text()), "file_names endpoints etags events targets"),
        (
            Text(),
            "bucket change checksum content_type crcs endpoint error etag event event_type",
        ),
        (Text(), "excerpt failure file_id file_name host idempotency_key key main_service_file_id"),
        (Text(), "metadata mpu_id name new_mpu_id original_file_name outcome owner part_checksum"),
        (Text(), "relay_mode slices state stored_checksum channel message expected"),
        (Text(), " ".join(f"word_{number}" for number in range(MOST_WORDS))),
        (Text(), "batch before callback_url owner_email pending_key reason type_family way"),
        (Uuid(), "share"),
        (Integer(), "max_downloads"),
        (DateTime(timezone=True), "expires_at"),
        (Interval(), "pause period"),
        (LargeBinary(), "token_hash"),
        (Text(), "password_hash"),
    )
    for name in names.split()
}

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_0-9]+)\b")


def statement(sql: str) -> TextClause:
    """An SQL text whose `:names` carry the types of the table above."""
    names = sorted(set(_PARAMETER.findall(sql)))
    return text(sql).bindparams(*(bindparam(name, type_=_TYPES[name]) for name in names))
