"""How large and how often: the full form, for publishing, and two that take less time.

Sizes of the full form are chosen so that all rounds of all rows take about half an hour on two
quiet cores.
"""

from dataclasses import dataclass

KIB, MIB, GIB = 1024, 1024**2, 1024**3


@dataclass(frozen=True, slots=True)
class Form:
    """`file_sizes` are those whose completing call and memory are compared.

    With `fresh_blocks` each block of rows has new processes, so that no row's memory is another's;
    without, all rows of a store share them, which spares their starts.
    """

    name: str
    rounds: int
    fresh_blocks: bool
    large_bytes: int
    half_bytes: int
    medium_bytes: int
    at_once_bytes: int
    far_bytes: int
    far_visible_bytes: int
    seaweed_bytes: int
    file_sizes: tuple[int, ...]
    small_uploads: int


FULL = Form(
    name="full",
    rounds=5,
    fresh_blocks=True,
    large_bytes=GIB,
    half_bytes=512 * MIB,
    medium_bytes=256 * MIB,
    at_once_bytes=8 * MIB,
    far_bytes=512 * MIB,
    far_visible_bytes=128 * MIB,
    seaweed_bytes=256 * MIB,
    file_sizes=(64 * KIB, MIB, 64 * MIB, GIB, 8 * GIB),
    small_uploads=200,
)
QUICK = Form(
    name="quick",
    rounds=2,
    fresh_blocks=False,
    large_bytes=256 * MIB,
    half_bytes=256 * MIB,
    medium_bytes=64 * MIB,
    at_once_bytes=4 * MIB,
    far_bytes=64 * MIB,
    far_visible_bytes=32 * MIB,
    seaweed_bytes=64 * MIB,
    file_sizes=(64 * KIB, 64 * MIB, 256 * MIB),
    small_uploads=96,
)
SMOKE = Form(
    name="smoke",
    rounds=1,
    fresh_blocks=False,
    large_bytes=64 * MIB,
    half_bytes=64 * MIB,
    medium_bytes=16 * MIB,
    at_once_bytes=MIB,
    far_bytes=32 * MIB,
    far_visible_bytes=32 * MIB,
    seaweed_bytes=32 * MIB,
    file_sizes=(64 * KIB, 64 * MIB),
    small_uploads=16,
)
FORMS = {form.name: form for form in (FULL, QUICK, SMOKE)}
