"""Which answers are allowed to which call, and what a client learns from them.

A 503, a 507 or a broken connection leaves the outcome open: whatever the rows say afterwards must
then hold the invariants, and the client asks again. A 500 is never allowed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from tests.machine.model import Known
from tests.machine.snapshot import Rows

LATER = frozenset({"storage-unavailable", "database-unavailable", "spool-full"})
ENDED = frozenset({"aborted", "expired", "failed"})


class Sending(StrEnum):
    RIGHT = "the chunk's bytes"
    OTHER = "other bytes"
    TRUNCATED = "half of them"
    MISNAMED = "a wrong digest"


class Claiming(StrEnum):
    RIGHT = "what is so"
    MORE = "a chunk more"
    LARGER = "a byte more"
    DIFFERENT = "another checksum"


SENDING: Mapping[Sending, frozenset[str]] = {
    Sending.RIGHT: frozenset({"quota-exceeded"}),
    Sending.OTHER: frozenset({"chunk-conflict"}),
    Sending.TRUNCATED: frozenset({"malformed-request", "quota-exceeded"}),
    Sending.MISNAMED: frozenset({"digest-mismatch", "quota-exceeded"}),
}
CLAIMING: Mapping[Claiming, frozenset[str]] = {
    Claiming.RIGHT: frozenset({"upload-incomplete"}),
    Claiming.MORE: frozenset({"upload-incomplete", "validation-failed", "state-conflict"}),
    Claiming.LARGER: frozenset({"upload-incomplete", "validation-failed", "state-conflict"}),
    Claiming.DIFFERENT: frozenset({"upload-incomplete", "digest-mismatch", "state-conflict"}),
}


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """The rows before a call, or calls, and after."""

    before: Rows
    after: Rows

    def states(self, known: Known) -> set[str]:
        return {self.before.state(known.id), self.after.state(known.id)}

    def missing(self, known: Known) -> set[int]:
        count = len(known.chunks)
        return self.before.missing(known.id, count) | self.after.missing(known.id, count)


def judge_chunk(
    known: Known, index: int, sending: Sending, answer: httpx.Response, while_: Meanwhile
) -> None:
    if answer.status_code == 200:
        assert sending is Sending.RIGHT, f"{sending} taken for chunk {index}"
        known.acknowledged.add(index)
        if not answer.json()["data"]["repeated"]:
            known.excused.discard(index)
        return
    problem = problem_of(answer)
    assert problem in SENDING[sending] | LATER | {"state-conflict", "gone"}, answer.text
    if problem == "state-conflict":
        assert while_.states(known) & {"completing", "stored"} or known.excused
    _check_gone(problem, known, while_)


def judge_completion(
    known: Known, claiming: Claiming, answer: httpx.Response, while_: Meanwhile
) -> None:
    if answer.status_code == 200:
        assert claiming is Claiming.RIGHT, f"completed by claiming {claiming}"
        result = dict(answer.json()["data"])
        assert known.result in (None, result), "completed with two results"
        known.result = result
        return
    problem = problem_of(answer)
    assert problem in CLAIMING[claiming] | LATER | {"gone"}, answer.text
    if problem == "upload-incomplete" and claiming is not Claiming.MORE:
        assert _ranges(answer.json()["missing"]) <= while_.missing(known), answer.text
    _check_gone(problem, known, while_)


def judge_abort(known: Known, answer: httpx.Response, while_: Meanwhile) -> None:
    if answer.status_code == 200:
        known.is_aborted = True
        return
    problem = problem_of(answer)
    assert problem in LATER | {"state-conflict", "gone"}, answer.text
    if problem == "state-conflict":
        assert while_.states(known) & {"completing", "stored"} or known.excused
    _check_gone(problem, known, while_)


def judge_status(known: Known, answer: httpx.Response, while_: Meanwhile) -> None:
    if answer.status_code != 200:
        assert problem_of(answer) in LATER, answer.text
        return
    told: dict[str, Any] = answer.json()["data"]
    if told["state"] in ("open", "completing", "stored"):
        assert known.owed <= _ranges(told["received_chunks"]), "acknowledged and not listed"
    assert not _ranges(told["missing_chunks"]) & known.owed or told["state"] in ENDED


def _check_gone(problem: str, known: Known, while_: Meanwhile) -> None:
    if problem == "gone":
        assert while_.states(known) & ENDED


def problem_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rpartition("/")[2]


def _ranges(texts: list[str]) -> set[int]:
    found: set[int] = set()
    for text in texts:
        first, _, last = text.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found
