"""What an examination of the deployment found: one line each, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """A `fault` loses data or keeps the service from its work; a `warning` may, or limits it."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` names it for programs, such as `s3.bucket`; `advice` is empty where all is well."""

    check: str
    verdict: Verdict
    said: str
    advice: str = ""


def sound(check: str, said: str) -> Finding:
    return Finding(check, Verdict.OK, said)


def doubtful(check: str, said: str, advice: str) -> Finding:
    return Finding(check, Verdict.WARNING, said, advice)


def faulty(check: str, said: str, advice: str) -> Finding:
    return Finding(check, Verdict.FAULT, said, advice)
