"""The spellings of addresses that settings accept, brought into one form each.

Text in, text out: nothing is resolved or connected to. Credentials inside an http URL are refused,
because URLs end up in logs and answers.
"""

from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

# Never in the public DNS (RFC 6761, RFC 6762, ICANN's reservation of `internal`, Kubernetes).
_PRIVATE_DOMAINS = (".localhost", ".local", ".internal", ".svc", ".home.arpa")
_POSTGRES_SCHEMES = ("postgres", "postgresql", "postgresql+asyncpg")


def sqlalchemy_url(text: str) -> str:
    """`postgresql+asyncpg://...` from any usual spelling; `sslmode=` becomes asyncpg's `ssl=`."""
    return _respelt(text, scheme="postgresql+asyncpg", renamed={"sslmode": "ssl"})


def asyncpg_dsn(text: str) -> str:
    """`postgresql://...`, which asyncpg and libpq read; `ssl=` becomes `sslmode=` again."""
    return _respelt(text, scheme="postgresql", renamed={"ssl": "sslmode"})


def _respelt(text: str, *, scheme: str, renamed: dict[str, str]) -> str:
    parts, pairs = _postgres_parts(text)
    query = urlencode([(renamed.get(name, name), value) for name, value in pairs], safe="/")
    return f"{scheme}://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")


def _postgres_parts(text: str) -> tuple[SplitResult, list[tuple[str, str]]]:
    # From None: what urllib says repeats the address, and with it the password.
    try:
        parts = urlsplit(text.strip())
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        known = parts.scheme in _POSTGRES_SCHEMES and "://" in text and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise ValueError("expected postgresql://user:password@host:port/database") from None
    if len(parts.path) < 2 or parts.fragment:
        raise ValueError("the name of a database must follow the host: postgresql://.../database")
    return parts, pairs


def http_base(text: str) -> str:
    """An http(s) address to which paths are appended, without a slash at its end."""
    parts = _http_parts(text)
    if parts.query or parts.fragment:
        raise ValueError("expected an http(s) address without query or fragment")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def http_target(text: str) -> str:
    """An http(s) address that is called as it is, query included."""
    parts = _http_parts(text)
    if parts.fragment:
        raise ValueError("expected an http(s) address without fragment")
    return parts.geturl()


def guarded_url(text: str) -> str:
    """An address to read from that nobody on the way may change the answer of.

    https; or http to this machine, a private address, or a name that only a private network has.
    """
    parts = _http_parts(text)
    if parts.fragment:
        raise ValueError("expected an address without fragment")
    if parts.scheme == "http" and not _is_near(str(parts.hostname)):
        raise ValueError("expected https; http is for hosts of this machine or a private network")
    return parts.geturl()


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_DOMAINS)


def _http_parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise ValueError("expected an http(s) address such as https://host:port") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("expected an http(s) address such as https://host:port")
    if "@" in parts.netloc:
        raise ValueError("an address with user or password in it is not accepted")
    if not text.isascii() or any(character.isspace() for character in text.strip()):
        raise ValueError("expected an http(s) address in ASCII, without blanks")
    return parts
