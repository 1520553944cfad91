"""Who is told of an event: endpoints that subscribed to its type, and the caller's own target.

An endpoint is a name that rows and jobs carry; its address and secrets belong to whoever calls it.
Endpoints without an address of their own (a caller's callback) get it with each delivery.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

MAIN = "main"
MAIL = "mail"
CALLBACK = "callback"
MAILED_EVENTS = frozenset({"upload.completed", "upload.failed", "upload.expired"})
MOST_URL_CHARACTERS = 2048
HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Recipient:
    """`target` is the address of this one delivery, where the endpoint has none."""

    endpoint: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """`events` are the types that the endpoint is told of; None: all."""

    endpoint: str
    events: frozenset[str] | None = None

    def wants(self, event_type: str) -> bool:
        return self.events is None or event_type in self.events


@dataclass(frozen=True, slots=True)
class Mailing:
    """`to` is written to where an upload's owner has no address."""

    events: frozenset[str]
    to: str | None

    def recipients(self, event_type: str, owner_email: str | None) -> list[Recipient]:
        address = owner_email or self.to
        if address is None or event_type not in self.events:
            return []
        return [Recipient(MAIL, address)]


NO_MAIL = Mailing(events=frozenset(), to=None)


def recipients(
    subscriptions: Sequence[Subscription], event_type: str, *, callback_url: str | None = None
) -> list[Recipient]:
    told = [Recipient(each.endpoint) for each in subscriptions if each.wants(event_type)]
    if callback_url is not None:
        told.append(Recipient(callback_endpoint(callback_url), callback_url))
    return told


def callback_endpoint(url: str) -> str:
    """One endpoint for each host, so that a slow one delays no other."""
    return endpoint_of_host(_authority(urlsplit(url)))


def endpoint_of_host(host: str) -> str:
    return f"{CALLBACK}:{host}"


def lane(endpoint: str) -> str:
    """The queue of an endpoint's deliveries."""
    return f"deliver:{endpoint}"


def callback_fault(url: str, *, allowed_hosts: frozenset[str]) -> str | None:
    """Why a caller may not name this URL; None where it may.

    `allowed_hosts` are in lower case, with `:port` where that is not 443.
    """
    if not allowed_hosts:
        return "is not accepted by this service"
    if len(url) > MOST_URL_CHARACTERS:
        return f"has at most {MOST_URL_CHARACTERS} characters"
    if not url.isascii() or any(
        not character.isprintable() or character == " " for character in url
    ):
        return "must be an address in printable ASCII, without blanks"
    parts = _split(url)
    if parts is None or parts.scheme != "https" or "@" in parts.netloc or parts.fragment:
        return "must be an https address without user, password or fragment"
    if "\\" in url or _authority(parts) not in allowed_hosts:
        return "names a host that is not allowed here"
    return None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if has_host else None


def _authority(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    name = f"[{host}]" if ":" in host else host
    return name if parts.port in (None, HTTPS_PORT) else f"{name}:{parts.port}"
