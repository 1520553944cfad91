"""The types of files that an operator allows: `ALLOWED_FILE_TYPES`.

Faults say which entries and what is expected; they never repeat what was given.
"""

import re

from chunk_service.domain.file_types import FileTypes
from chunk_service.domain.known_types import KNOWN_TYPES, PRESETS, KnownType, named_type

_SEPARATOR = re.compile(r"[\s,]+")
_EXTENSION = re.compile(r"(\.[a-z0-9][a-z0-9_+-]{0,30}){1,3}")
_WORD = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}"
_CONTENT_TYPE = re.compile(f"{_WORD}/{_WORD}")


def parse_file_types(value: object) -> FileTypes | None:
    if isinstance(value, FileTypes):
        return value
    if value is None or value == "":
        return None
    entries = [entry for entry in _SEPARATOR.split(str(value).lower()) if entry]
    if not entries:
        raise ValueError("expected at least one preset, extension or content type")
    named: list[KnownType] = []
    listed: list[KnownType] = []
    faults: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            (named if "=" in entry else listed).extend(_types(entry))
        except ValueError as fault:
            faults.append(f"entry {number}: {fault}")
    if faults:
        raise ValueError("; ".join(faults))
    # What an operator spells out goes before what the tables say.
    return FileTypes(tuple(dict.fromkeys([*named, *listed])))


def _types(entry: str) -> tuple[KnownType, ...]:
    if entry in PRESETS:
        return PRESETS[entry]
    if "=" in entry:
        return (_pair(entry),)
    if entry.startswith("."):
        return (_extension(entry),)
    if "/" in entry:
        return _content_type(entry)
    raise ValueError(f"expected {', '.join(PRESETS)}, .pdf, .stl=model/stl or image/png")


def _pair(entry: str) -> KnownType:
    extension, _, content_type = entry.partition("=")
    extension = f".{extension.removeprefix('.')}"
    if not _EXTENSION.fullmatch(extension) or not _CONTENT_TYPE.fullmatch(content_type):
        raise ValueError("expected an extension and its content type, as in .stl=model/stl")
    return named_type(extension, content_type)


def _extension(entry: str) -> KnownType:
    known = KNOWN_TYPES.get(entry)
    if known is None:
        raise ValueError("not a known extension; say its content type, as in .stl=model/stl")
    return known


def _content_type(entry: str) -> tuple[KnownType, ...]:
    """The types that are stored as this one, or else those that are also called so."""
    known = KNOWN_TYPES.values()
    stored = tuple(each for each in known if each.content_types[0] == entry)
    found = stored or tuple(each for each in known if entry in each.content_types)
    if not found:
        raise ValueError("not a known content type; say its extension, as in .stl=model/stl")
    return found
