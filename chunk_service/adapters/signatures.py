"""What the first bytes of a file are, by the signatures of `puremagic`: the extensions they suit.

The library lists whatever might be, down to signatures of one byte anywhere. Here only those count
that are long enough, or certain by themselves, and that stand at the beginning. What it lacks or
takes too broadly is added: programs, the brands of MP4's relatives.
"""

import puremagic

_LEAST_BYTES = 3
# As far in as a signature may stand that does not begin the file.
_LATEST_OFFSET = 12
# Containers of many formats, told apart by what follows.
_BARE_CONTAINERS = frozenset({b"RIFF", b"FORM"})
_SAME = {".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg", ".tif": ".tiff"}
_BESIDES = (
    (0, b"MZ", ".exe"),
    (0, b"\x7fELF", ".elf"),
    (0, b"\xfe\xed\xfa\xce", ".macho"),
    (0, b"\xfe\xed\xfa\xcf", ".macho"),
    (0, b"\xce\xfa\xed\xfe", ".macho"),
    (0, b"\xcf\xfa\xed\xfe", ".macho"),
    (0, b"\x00asm", ".wasm"),
    (0, b"#!/", ".sh"),
    (0, b"#! /", ".sh"),
    (0, b"BM", ".bmp"),
    (0, b"%!PS", ".ps"),
    (257, b"ustar", ".tar"),
    *((0, bytes((0xFF, second)), ".mp3") for second in b"\xe2\xe3\xf2\xf3\xfa\xfb"),
    *((0, bytes((0xFF, second)), ".aac") for second in b"\xf0\xf1\xf8\xf9"),
)
_PACKET_BYTES = 188
_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis", b"mif1", b"msf1"})


def recognise(first_bytes: bytes) -> frozenset[str]:
    """Extensions of the formats that the bytes may be the beginning of; mostly one, often none."""
    if first_bytes[4:8] == b"ftyp":
        return _of_brand(first_bytes[8:12])
    besides = {
        extension
        for offset, signature, extension in _BESIDES
        if first_bytes.startswith(signature, offset)
    }
    return frozenset(_listed(first_bytes) | besides | _packets(first_bytes))


def _packets(first_bytes: bytes) -> set[str]:
    """MPEG transport streams have no signature but a byte that comes again with every packet."""
    marks = {first_bytes[at : at + 1] for at in (0, _PACKET_BYTES)}
    return {".ts"} if marks == {b"G"} else set()


def _of_brand(brand: bytes) -> frozenset[str]:
    found = {
        extension
        for brands, extension in ((_HEIC_BRANDS, ".heic"), (_AVIF_BRANDS, ".avif"))
        if brand in brands
    }
    return frozenset(found or {".mp4"})


def _listed(first_bytes: bytes) -> set[str]:
    # Never with a file's name: the library would look for it on our disk.
    matches = [
        each
        for each in _matches(first_bytes)
        if len(each.byte_match) >= _LEAST_BYTES
        and any(each.byte_match)  # files of many kinds begin with nothing but zeros
        and each.byte_match not in _BARE_CONTAINERS
        and 0 <= each.offset <= _LATEST_OFFSET
    ]
    first = [each for each in matches if first_bytes.startswith(each.byte_match)]
    return {_SAME.get(each.extension, each.extension) for each in first or matches}


def _matches(first_bytes: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return list(puremagic.magic_string(first_bytes)) if first_bytes else []
    except puremagic.PureError:
        return []
