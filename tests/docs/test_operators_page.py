"""The page for operators names every reason that there is, and no other."""

import re

from chunk_service.usecases.upload_reasons import Cause
from tests.docs.pages import Page

PAGE = Page.read("docs/operators.md").text


def test_every_cause_is_told_with_who_has_to_act() -> None:
    uploads = PAGE.partition("## Doctor")[0]
    rows = [line for line in uploads.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split(" | ")[0])}
    assert told == set(Cause)
