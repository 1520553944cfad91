"""Checksums survive their spelling, and what is not one is refused with a reason."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.checksums import Algorithm, Checksum


@st.composite
def checksums(draw: st.DrawFn) -> Checksum:
    algorithm = draw(st.sampled_from(Algorithm))
    width = algorithm.width_bytes
    return Checksum(algorithm, draw(st.binary(min_size=width, max_size=width)))


@given(checksums())
def test_a_checksum_survives_its_spelling(checksum: Checksum) -> None:
    assert Checksum.parse(str(checksum)) == checksum


@given(checksums())
def test_a_checksum_survives_its_number(checksum: Checksum) -> None:
    assert Checksum.of_int(checksum.algorithm, checksum.value) == checksum


@given(checksums(), st.integers(0, 40))
def test_only_the_width_of_the_algorithm_is_taken(checksum: Checksum, width: int) -> None:
    encoded = base64.b64encode(bytes(width)).decode()
    if width == checksum.algorithm.width_bytes:
        assert Checksum.of_base64(checksum.algorithm, encoded).digest == bytes(width)
    else:
        with pytest.raises(ValueError, match="bytes, not"):
            Checksum.of_base64(checksum.algorithm, encoded)


@given(st.text())
def test_a_text_is_a_checksum_or_a_value_error(text: str) -> None:
    try:
        found = Checksum.parse(text)
    except ValueError:
        return
    assert len(found.digest) == found.algorithm.width_bytes


@pytest.mark.parametrize(
    ("text", "algorithm", "value"),
    [
        # The check values of the CRC catalogue, over "123456789".
        ("crc32:y/Q5Jg==", Algorithm.CRC32, 0xCBF43926),
        ("crc32c:4waSgw==", Algorithm.CRC32C, 0xE3069283),
        ("crc64nvme:rosUhgp5mIg=", Algorithm.CRC64NVME, 0xAE8B14860A799888),
    ],
)
def test_the_spelling_is_the_one_of_s3(text: str, algorithm: Algorithm, value: int) -> None:
    assert str(Checksum.of_int(algorithm, value)) == text
    assert Checksum.parse(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "crc32",
        "crc32:",
        "CRC32:y/Q5Jg==",
        "md5:1B2M2Y8AsgTpgAmY7PhCfg==",
        "crc32:y/Q5Jg",
        "crc32: y/Q5Jg==",
        "crc32:y/Q5Jg==\n",
        "crc32:y_Q5Jg==",
        "crc32:é/Q5Jg==",
        "crc64nvme:y/Q5Jg==",
        "sha256:00",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"checksum|crc|sha256"):
        Checksum.parse(text)


def test_only_crcs_combine() -> None:
    assert {each for each in Algorithm if not each.combines} == {Algorithm.SHA256}
