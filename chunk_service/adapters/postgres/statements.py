"""Statements with typed parameters: one name has one type in every statement.

Postgres must know a parameter's type where an expression does not tell, and a wrong guess is
an error only at run time; so the types are declared once here, by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chunk_service.usecases.find_files import MOST_WORDS

_TYPES: Final[Mapping[str, str]] = {
    name: kind
    for kind, names in (
        ("uuid", "attempt behind delivery file first_attempt holder share spool upload"),
        ("integer", "attempts count delivery_number duration_ms index limit max_downloads number"),
        ("integer", "open_limit part_limit pass_number status total_chunks unsent_parts"),
        ("bigint", "chunk_size max_size offset part_size size total_size"),
        ("bigint", "day_limit high_water owner_spool_limit spool_limit stored_limit"),
        ("bigint", "first_size min_size upload_spool_limit"),
        ("boolean", "is_free is_kept is_last is_redated"),
        ("timestamptz", "behind_at delete_after due_at expires_at since unchanged_since until"),
        ("interval", "delay expires_in first_ttl grace lease max_age pause period retention ttl"),
        ("bytea", "address crc64nvme fingerprint payload sha256 token_hash"),
        ("integer[]", "indices part_numbers numbers"),
        ("bigint[]", "part_bytes"),
        ("uuid[]", "uploads"),
        ("text[]", "checksums endpoints etags events file_names part_crcs tables targets"),
        ("text", "bucket change checksum content_type crcs endpoint error etag event event_type"),
        ("text", "excerpt failure file_id file_name host idempotency_key key main_service_file_id"),
        ("text", "metadata mpu_id name new_mpu_id original_file_name outcome owner part_checksum"),
        ("text", "relay_mode slices state stored_checksum channel message expected"),
        ("text", " ".join(f"word_{number}" for number in range(MOST_WORDS))),
        ("text", "batch before callback_url owner_email password_hash pending_key reason"),
        ("text", "type_family way"),
    )
    for name in names.split()
}

_PARAMETER: Final = re.compile(r"(?<![:\w]):([a-z_0-9]+)\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """`text` has `$1`, `$2` and so on for the values of `names`."""

    text: str
    names: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        return [values[name] for name in self.names]


def statement(sql: str) -> Statement:
    """An SQL text whose `:names` carry the types of the table above."""
    names = tuple(sorted(set(_PARAMETER.findall(sql))))
    places = {
        name: f"CAST(${number} AS {_TYPES[name]})" for number, name in enumerate(names, start=1)
    }
    return Statement(_PARAMETER.sub(lambda found: places[found[1]], sql), names)
