"""Names of files and keys of objects.

A client's name is kept as it came for people to read and never becomes a path; what goes into a key
is a reduced form of it behind a fresh UUID, so no two uploads can ever meet at one key.
"""

import re
import unicodedata
from urllib.parse import quote
from uuid import UUID

MAX_NAME_CHARACTERS = 255
MAX_KEY_NAME_CHARACTERS = 100

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_DOTS = re.compile(r"\.{2,}")
# Controls (NUL among them), lone surrogates, and the separators of lines and paragraphs.
_UNFIT_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def object_key(unique: UUID, file_name: str) -> str:
    return f"uploads/{unique}-{safe_name(file_name)}"


def pending_key(unique: UUID) -> str:
    """Where a presigned request writes what is not yet a file."""
    return f"pending/{unique}"


def safe_name(file_name: str) -> str:
    """ASCII letters, digits, `.`, `_` and `-`; no leading dot; shortening keeps the extension."""
    plain = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode("ascii")
    base = plain.replace("\\", "/").rsplit("/", 1)[-1]
    name = _DOTS.sub(".", _UNSAFE.sub("_", base)).strip("._")
    return _shorten(name) or "file"


def _shorten(name: str) -> str:
    if len(name) <= MAX_KEY_NAME_CHARACTERS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        return name[:MAX_KEY_NAME_CHARACTERS].rstrip(".")
    return stem[: MAX_KEY_NAME_CHARACTERS - len(extension) - 1].rstrip(".") + dot + extension


def file_id_in(text: str) -> int | str:
    """A `main_service_file_id` that came as text: a number where it is written as one."""
    is_number = _WHOLE_NUMBER.fullmatch(text) and abs(int(text)) < 2**63
    return int(text) if is_number else text


def file_id_text(file_id: int | str | None) -> str | None:
    """What ids are compared by: a number and its digits are the same id."""
    return None if file_id is None else str(file_id)


def name_fault(file_name: str) -> str | None:
    """What is wrong with a name that a client gives a file; None where nothing is."""
    if not file_name.strip():
        return "must not be empty"
    if len(file_name) > MAX_NAME_CHARACTERS:
        return f"must have at most {MAX_NAME_CHARACTERS} characters"
    return text_fault(file_name)


def text_fault(text: str) -> str | None:
    """What keeps a text from being stored or shown on one line; None where nothing does."""
    if any(unicodedata.category(character) in _UNFIT_CATEGORIES for character in text):
        return "must not hold control characters, line separators or lone surrogates"
    return None


def object_url(public_endpoint_url: str, bucket: str, key: str) -> str:
    """The address of an object in path style, percent-encoded; not signed, so not yet readable."""
    return f"{public_endpoint_url.rstrip('/')}/{quote(bucket)}/{quote(key)}"
