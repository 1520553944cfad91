"""Further receivers of events, as a list in JSON: `WEBHOOK_ENDPOINTS`.

Faults say which entry and what is expected; they never repeat what was given.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chunk_service.domain.events import EVENT_TYPES
from chunk_service.settings.secrets import check_secret
from chunk_service.settings.urls import http_target

RESERVED = frozenset({"main", "mail"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MEMBERS = frozenset({"name", "url", "secrets", "events"})
_HOST = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?")
_BETWEEN = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Receiver:
    """`events` are the types that it is told of; None: all."""

    name: str
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    events: frozenset[str] | None


def parse_receivers(value: object) -> tuple[Receiver, ...]:
    if isinstance(value, tuple):
        return value
    try:
        entries = json.loads(str(value) or "[]")
    except ValueError:
        raise ValueError("expected a list in JSON") from None
    if not isinstance(entries, list):
        raise ValueError("expected a list in JSON")
    found = tuple(_entry(number, entry) for number, entry in enumerate(entries, start=1))
    names = [each.name for each in found]
    if len(set(names)) != len(names):
        raise ValueError("two entries have the same name")
    return found


def _entry(number: int, entry: object) -> Receiver:
    try:
        return _receiver(entry)
    except ValueError as fault:
        raise ValueError(f"entry {number}: {fault}") from None


def _receiver(entry: object) -> Receiver:
    if not isinstance(entry, dict) or not {"name", "url", "secrets"} <= set(entry) <= _MEMBERS:
        raise ValueError("expected an object with name, url, secrets and, if need be, events")
    return Receiver(
        name=_name(entry),
        url=http_target(str(entry["url"])),
        secrets=_secrets(entry),
        events=_events(entry),
    )


def _name(entry: Mapping[str, object]) -> str:
    name = str(entry["name"])
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise ValueError("name: expected up to 40 of a-z, 0-9, - and _, and not main or mail")
    return name


def _secrets(entry: Mapping[str, object]) -> tuple[str, ...]:
    secrets = entry["secrets"]
    if not isinstance(secrets, list) or not secrets:
        raise ValueError("secrets: expected a list of at least one")
    for secret in secrets:
        check_secret(str(secret))
    return tuple(str(secret) for secret in secrets)


def _events(entry: Mapping[str, object]) -> frozenset[str] | None:
    events = entry.get("events")
    if events is None:
        return None
    if not isinstance(events, list) or not events or any(e not in EVENT_TYPES for e in events):
        raise ValueError(f"events: expected a list of {', '.join(EVENT_TYPES)}; or leave it out")
    return frozenset(events)


def parse_hosts(value: object) -> frozenset[str]:
    """Hosts in lower case, with `:port` where that is not 443."""
    if isinstance(value, frozenset):
        return value
    hosts = frozenset(part for part in _BETWEEN.split(str(value).lower()) if part)
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError("expected names of hosts, such as hooks.example.com or [::1]:8443")
    return frozenset(host.removesuffix(":443") for host in hosts)
