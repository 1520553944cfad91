"""How a file is given back, whatever its uploader claimed: as an attachment, of a harmless type.

A browser that is told `text/html` or `image/svg+xml` runs what a stranger wrote, so only types that
run nothing are told; all others are bytes.
"""

from urllib.parse import quote

OCTETS = "application/octet-stream"
_HARMLESS = frozenset(
    {
        "application/gzip",
        "application/pdf",
        "application/zip",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/heic",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "text/csv",
        "text/plain",
    }
)
_HARMLESS_FAMILIES = ("audio", "video")
# What RFC 8187 lets stand unescaped, of what `quote` would escape.
_ATTRIBUTE_CHARACTERS = "!#$&+^`|"


def served_type(claimed: str) -> str:
    """The type without parameters where it is harmless; else that of any bytes."""
    essence = claimed.partition(";")[0].strip().lower()
    is_harmless = essence in _HARMLESS or essence.partition("/")[0] in _HARMLESS_FAMILIES
    return essence if is_harmless else OCTETS


def attachment(name: str) -> str:
    """A Content-Disposition (RFC 6266) that saves the file under this name."""
    plain = "".join(each if _is_plain(each) else "_" for each in name)
    spelled = quote(name, safe=_ATTRIBUTE_CHARACTERS)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{spelled}"


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isprintable() and character not in '"\\%/'
