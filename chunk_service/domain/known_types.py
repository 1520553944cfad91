"""The types of files that this service can name: extensions, content types, how surely bytes show.

A table and its presets, nothing else. The first content type of a type is the one that is stored,
the others are what clients also call it. `looks` are the extensions under which a signature library
may recognise its bytes: types that share a container look alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType


class Sort(StrEnum):
    """`signed` begins with a signature, always; `loose` mostly. Of `other` nothing is known, and
    `any` may be anything."""

    SIGNED = "signed"
    LOOSE = "loose"
    TEXT = "text"
    OTHER = "other"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class KnownType:
    extension: str
    content_types: tuple[str, ...]
    sort: Sort
    looks: frozenset[str] = frozenset()


_ZIP = ".zip"
_OLE = ".doc"
_OGG = ".ogg .oga .opus .ogv"
_MP4 = ".mp4 .mov"
_EBML = ".webm .mkv"
_ASF = ".wma .wmv .asf"
_MPEG_AUDIO = ".mp3 .aac"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"


def _signed(extension: str, content_types: str, looks: str) -> KnownType:
    return KnownType(extension, tuple(content_types.split()), Sort.SIGNED, frozenset(looks.split()))


def _loose(extension: str, content_types: str, looks: str) -> KnownType:
    return KnownType(extension, tuple(content_types.split()), Sort.LOOSE, frozenset(looks.split()))


def _text(extension: str, content_types: str, looks: str = "") -> KnownType:
    return KnownType(extension, tuple(content_types.split()), Sort.TEXT, frozenset(looks.split()))


_IMAGES = (
    _signed(".jpg", "image/jpeg image/jpg image/pjpeg", ".jpg"),
    _signed(".jpeg", "image/jpeg image/jpg image/pjpeg", ".jpg"),
    _signed(".png", "image/png image/x-png", ".png"),
    _signed(".gif", "image/gif", ".gif"),
    _signed(".webp", "image/webp", ".webp"),
    _signed(".avif", "image/avif", ".avif"),
    _signed(".heic", "image/heic image/heif", ".heic"),
    _signed(".heif", "image/heif image/heic", ".heic"),
    _signed(".tif", "image/tiff", ".tiff"),
    _signed(".tiff", "image/tiff", ".tiff"),
    _signed(".bmp", "image/bmp image/x-ms-bmp image/x-bmp", ".bmp"),
)
_AUDIO = (
    _loose(".mp3", "audio/mpeg audio/mp3 audio/x-mp3 audio/mpeg3", _MPEG_AUDIO),
    _loose(".aac", "audio/aac audio/x-aac audio/aacp", _MPEG_AUDIO),
    _loose(".m4a", "audio/mp4 audio/x-m4a audio/m4a audio/aac", _MP4),
    _signed(".wav", "audio/wav audio/x-wav audio/wave audio/vnd.wave", ".wav"),
    _signed(".flac", "audio/flac audio/x-flac", ".flac"),
    _signed(".ogg", "audio/ogg video/ogg application/ogg", _OGG),
    _signed(".oga", "audio/ogg application/ogg", _OGG),
    _signed(".opus", "audio/ogg audio/opus application/ogg", _OGG),
    _signed(".aif", "audio/aiff audio/x-aiff", ".aiff .aifc"),
    _signed(".aiff", "audio/aiff audio/x-aiff", ".aiff .aifc"),
    _signed(".wma", "audio/x-ms-wma", _ASF),
    _signed(".amr", "audio/amr audio/amr-nb", ".amr"),
    _signed(".mid", "audio/midi audio/x-midi audio/mid", ".mid"),
)
_VIDEOS = (
    _loose(".mp4", "video/mp4 audio/mp4 application/mp4", _MP4),
    _loose(".m4v", "video/x-m4v video/mp4", _MP4),
    _loose(".mov", "video/quicktime", _MP4),
    _loose(".3gp", "video/3gpp audio/3gpp", _MP4),
    _loose(".3g2", "video/3gpp2 audio/3gpp2", _MP4),
    _loose(".mpg", "video/mpeg", ".mpg"),
    _loose(".mpeg", "video/mpeg", ".mpg"),
    _loose(".ts", "video/mp2t", ".ts"),
    _loose(".mts", "video/mp2t", ".ts"),
    _signed(".webm", "video/webm audio/webm", _EBML),
    _signed(".mkv", "video/x-matroska video/matroska audio/x-matroska", _EBML),
    _signed(".avi", "video/x-msvideo video/avi video/msvideo", ".avi"),
    _signed(".wmv", "video/x-ms-wmv", _ASF),
    _signed(".ogv", "video/ogg application/ogg", _OGG),
    _signed(".flv", "video/x-flv", ".flv"),
)
_DOCUMENTS = (
    _signed(".pdf", "application/pdf application/x-pdf", ".pdf"),
    _signed(".doc", "application/msword", _OLE),
    _signed(".xls", "application/vnd.ms-excel", _OLE),
    _signed(".ppt", "application/vnd.ms-powerpoint", _OLE),
    _signed(".docx", f"{_OFFICE}.wordprocessingml.document", _ZIP),
    _signed(".xlsx", f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    _signed(".pptx", f"{_OFFICE}.presentationml.presentation", _ZIP),
    _signed(".odt", f"{_OPEN}.text", _ZIP),
    _signed(".ods", f"{_OPEN}.spreadsheet", _ZIP),
    _signed(".odp", f"{_OPEN}.presentation", _ZIP),
    _signed(".epub", "application/epub+zip", _ZIP),
    _signed(".rtf", "application/rtf text/rtf", ".rtf"),
    _text(".txt", "text/plain"),
    # Windows calls it so wherever Excel is installed.
    _text(".csv", "text/csv application/csv text/plain application/vnd.ms-excel"),
    _text(".md", "text/markdown text/x-markdown text/plain"),
)
# In no preset: what can run where it is opened, and what may hold anything.
_FURTHER = (
    _text(".svg", "image/svg+xml", ".svg .xml"),
    _text(".html", "text/html", ".html .svg .xml"),
    _text(".htm", "text/html", ".html .svg .xml"),
    _text(".xml", "application/xml text/xml", ".svg .xml"),
    _text(".json", "application/json text/json"),
    _signed(".zip", "application/zip application/x-zip-compressed", _ZIP),
    _signed(".gz", "application/gzip application/x-gzip", ".gz"),
    _signed(".7z", "application/x-7z-compressed", ".7z"),
    _signed(".rar", "application/vnd.rar application/x-rar-compressed", ".rar"),
    _signed(".tar", "application/x-tar", ".tar"),
)

PRESETS: Mapping[str, tuple[KnownType, ...]] = MappingProxyType(
    {"audio": _AUDIO, "image": _IMAGES, "video": _VIDEOS, "document": _DOCUMENTS}
)
KNOWN_TYPES: Mapping[str, KnownType] = MappingProxyType(
    {each.extension: each for group in (*PRESETS.values(), _FURTHER) for each in group}
)
# Windows, Linux, macOS; scripts of a shell; what the machines of Java, browsers and Android run.
PROGRAMS = frozenset([".exe", ".elf", ".macho", ".sh", ".class", ".wasm", ".swf", ".dex", ".lnk"])


def named_type(extension: str, content_type: str) -> KnownType:
    """A type that an operator names; what this table does not have is judged by its content type.

    A text of a kind of its own may be a script or begin like HTML: what is plain may not.
    """
    known = KNOWN_TYPES.get(extension)
    if known is not None:
        return replace(known, content_types=(content_type,))
    sort = _sort_of(content_type)
    is_own_text = sort is Sort.TEXT and content_type != "text/plain"
    looks = frozenset({".sh", ".html", ".svg", ".xml"}) if is_own_text else frozenset[str]()
    return KnownType(extension, (content_type,), sort, looks)


def _sort_of(content_type: str) -> Sort:
    if content_type == "application/octet-stream":
        return Sort.ANY
    is_text = content_type.startswith("text/") or content_type.endswith(("+xml", "+json"))
    return Sort.TEXT if is_text else Sort.OTHER
