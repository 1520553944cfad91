"""How often the database is asked: for a chunk, for a small file, and while a body is read."""

from benchmarks.page.markdown import rows
from benchmarks.results import Results
from benchmarks.round_trips import Counted
from benchmarks.while_reading import AT_ONCE, WhileReading

_READING = """\
Each wait for PostgreSQL counts, BEGIN and COMMIT too, and what relay and queue ask on its behalf;
what an idle service asks in the same time ({idle:.1f} a second) is taken off.
"""


def database(results: Results) -> str:
    asked = results.database
    if not asked.counted or asked.idle_per_second is None:
        return ""
    totals = [(each.what, f"{each.each:.1f}") for each in asked.counted]
    told = [
        "## Round trips to the database\n",
        _READING.format(idle=asked.idle_per_second),
        rows(("of", "round trips"), totals),
    ]
    if asked.while_reading:
        told.append(_while_reading(asked.while_reading, asked.idle_per_second))
    told += [_statements(each) for each in asked.counted]
    return "\n".join([*told, ""])


def _while_reading(reading: WhileReading, idle_per_second: float) -> str:
    per_second = reading.asked / reading.seconds
    told = (
        f"\nWhile {AT_ONCE} chunks at once were read for {reading.seconds:.1f} s, between the end "
        f"of their admission and their last byte, {per_second:.1f} statements a second went to the "
        f"database; {idle_per_second:.1f} do when nothing is read. Statements asked for each "
        f"body: {reading.asked_by_requests or 'none'}.\n"
    )
    named = "\n".join(f"- `{text}`: {times}" for text, times in reading.of_requests)
    return f"{told}\n{named}\n" if named else told


def _statements(counted: Counted) -> str:
    lines = [(f"`{text}`", f"{times:.2f}") for text, times in counted.statements]
    return f"\n### {counted.what}, by statement\n\n{rows(('statement', 'times'), lines)}"
