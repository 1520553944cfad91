"""Structured logging, for our lines and those of the libraries alike.

One JSON object a line, or lines for people, on stderr. Whatever is written passes `redact` last, so
no secret, token or presigned URL appears, whoever logs it. Uvicorn's access log is off: the API
writes one canonical line per request. Fields bound by structlog's contextvars are in every line.
"""

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Final, Literal, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"
# Below warnings these write requests with headers, or a line per request.
_QUIET: Final = (
    "aiobotocore",
    "alembic",
    "asyncio",
    "boto3",
    "botocore",
    "httpcore",
    "httpx",
    "urllib3",
)
_SECRET_NAMES: Final = re.compile(
    r"authorization|cookie|token|secret|password|passwd|api_?key|access_?key|credential|presigned",
    re.IGNORECASE,
)
_URL_TEXT: Final = r"[^\s\"'<>]"
# Repeats are bounded where a match may fail late: long hostile lines stay cheap.
_SECRET_TEXTS: Final = (
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]*\.[\w-]*"), REDACTED),
    (re.compile(r"\bv[1-4]\.(?:public|local)\.[\w.-]+"), REDACTED),
    (re.compile(r"\bwhsec_[\w+/=-]+"), REDACTED),
    # The links of shares, and the passwords' hashes.
    (re.compile(r"/s/[\w-]{16,}"), f"/s/{REDACTED}"),
    (re.compile(r"\$argon2\w*\$[\w$=,+/.-]+"), REDACTED),
    (
        re.compile(rf"\?{_URL_TEXT}{{0,2048}}?(?:X-Amz-|Signature=){_URL_TEXT}*", re.IGNORECASE),
        f"?{REDACTED}",
    ),
    (re.compile(r"://[^\s/@:]{0,256}:[^\s/@]{0,1024}@"), f"://{REDACTED}@"),
    (
        re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END[^\n]*|$)", re.DOTALL),
        REDACTED,
    ),
)

# What holds none of these, in lower case, holds none of the secrets above: most lines, at a tenth
# of the cost of searching for each.
_MARKS: Final = (
    "bearer",
    "basic",
    "eyj",
    ".public.",
    ".local.",
    "whsec_",
    "/s/",
    "$argon2",
    "?",
    "://",
    "private key",
)
_NAMES_KNOWN: Final = 1024


def configure_logging(*, level: str, fmt: Literal["json", "console"]) -> None:
    """Render the lines of structlog and the standard library alike; may be called again."""
    number, stream = logging.getLevelNamesMapping()[level.upper()], sys.stderr
    rendering = _rendering(fmt)
    structlog.configure(
        processors=[*_shared_processors(), *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=partial(_LineLogger, stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(rendering))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    _settle_libraries()


class _LineLogger:
    """Writes our own lines at once: the standard library's way costs twice their rendering.

    Where nobody can be told any more (a full disk, a reader that is gone), work goes on.
    """

    def __init__(self, stream: TextIO, name: str = __package__) -> None:
        self.name = name
        self._stream = stream

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = msg


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: the event without anything that opens a door."""
    return {name: _redacted(name, value) for name, value in event.items()}


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _rendering(fmt: Literal["json", "console"]) -> list[Processor]:
    return [structlog.processors.format_exc_info, redact, _renderer(fmt)]


def _formatter(rendering: Sequence[Processor]) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[*_shared_processors(), structlog.stdlib.ExtraAdder()],
        processors=[ProcessorFormatter.remove_processors_meta, _without_colours, *rendering],
    )


def _renderer(fmt: Literal["json", "console"]) -> Processor:
    if fmt == "json":
        return structlog.processors.JSONRenderer(sort_keys=False)
    # The plain formatter shows no local variables, which may be secrets.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _without_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Uvicorn repeats its messages with terminal colours in them."""
    event.pop("color_message", None)
    return event


def _settle_libraries() -> None:
    logging.captureWarnings(capture=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True


def _redacted(name: object, value: object) -> object:
    if isinstance(name, str) and _is_of_a_secret(name):
        return REDACTED
    if isinstance(value, str):
        return _scrubbed(str(value))
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _redacted(key, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(None, inner) for inner in value]
    return _scrubbed(str(value))


@lru_cache(_NAMES_KNOWN)
def _is_of_a_secret(name: str) -> bool:
    return _SECRET_NAMES.search(name) is not None


def _scrubbed(text: str) -> str:
    if text.isascii() and not any(map(text.lower().__contains__, _MARKS)):
        return text
    for pattern, replacement in _SECRET_TEXTS:
        text = pattern.sub(replacement, text)
    return text
