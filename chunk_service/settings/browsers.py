"""Which pages may call the service from a browser: `CORS_ORIGINS`.

An origin is compared as a browser spells it, so it is brought into that form: lower case, and no
port where it is the scheme's own. Faults say which entry, and never repeat it.
"""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from chunk_service.settings.group import SettingsGroup, setting

_BETWEEN = re.compile(r"[\s,]+")
_HOST = r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\]"
_ORIGIN = re.compile(rf"([a-z][a-z0-9+.-]*)://({_HOST})(?::([1-9][0-9]{{0,4}}))?")
_OWN_PORTS: Final = {"http": "80", "https": "443"}


def parse_origins(value: object) -> frozenset[str]:
    if isinstance(value, frozenset):
        return value
    entries = [part for part in _BETWEEN.split(str(value)) if part]
    if entries == ["*"]:
        return frozenset(entries)
    found = {number: _origin(entry) for number, entry in enumerate(entries, start=1)}
    wrong = [str(number) for number, origin in found.items() if origin is None]
    if wrong:
        raise ValueError(
            f"entry {', '.join(wrong)}: expected scheme://host[:port] without a path, such as "
            "https://app.example.com; or * alone"
        )
    return frozenset(origin for origin in found.values() if origin is not None)


def _origin(text: str) -> str | None:
    match = _ORIGIN.fullmatch(text.lower())
    if match is None or int(match[4] or 0) > 65535:
        return None
    scheme, host, port = match[1], match[2], match[4]
    is_own = port is None or port == _OWN_PORTS.get(scheme)
    return f"{scheme}://{host}" if is_own else f"{scheme}://{host}:{port}"


class BrowserSettings(SettingsGroup):
    """Browsers"""

    cors_origins: Annotated[frozenset[str], NoDecode, BeforeValidator(parse_origins)] = setting(
        "Origins whose pages may call the service from a browser, separated by blanks or commas: "
        "`https://app.example.com`; or `*` for all. Which files they reach is the token's to say.",
        default="",
        example="https://app.example.com",
        unset="no page of another origin may",
    )
