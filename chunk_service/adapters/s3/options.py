"""What the S3 adapter must be told about a store; values only, read by nobody but this adapter.

Stores differ in which guards they take. Each guard is switched here, never guessed at run time: a
guess that fails in the middle of a completion is the worst moment to learn it.
"""

from dataclasses import dataclass, field
from typing import Literal

AddressingStyle = Literal["auto", "path", "virtual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Options:
    """`access_key` None takes credentials from where AWS programs find them (roles, profiles)."""

    region: str
    endpoint_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    addressing_style: AddressingStyle = "auto"
    conditional_writes: bool = True
    send_object_size: bool = True
    connect_timeout_seconds: float = 5
    read_timeout_seconds: float = 60
    relay_connections: int = 8
