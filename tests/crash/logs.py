"""What the product's processes say that they should not: exceptions that nobody expected.

Libraries may be as upset as they like while their server is away; a command that can't start says
so in a sentence.
"""

import json
from collections import Counter
from pathlib import Path

_MOST = 10
_OURS = ("chunk_service", "asyncio")


def complaints(folder: Path) -> list[str]:
    """Each kind once, with how often and where first."""
    found: Counter[str] = Counter()
    where: dict[str, str] = {}
    for path in sorted(folder.glob("*-*.*.log")) + sorted(folder.glob("worker.*.log")):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            complaint = _complaint_in(line)
            if complaint is not None:
                found[complaint] += 1
                where.setdefault(complaint, f"{path.name}:{number}")
    return [
        f"in a log, {count} times, first {where[each]}: {each}"
        for each, count in found.most_common(_MOST)
    ]


def _complaint_in(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return line if line.startswith("Traceback") else None
    if "exception" not in entry or not str(entry.get("logger")).startswith(_OURS):
        return None
    return f"{entry.get('event')}: {str(entry['exception'])[-400:]}"
