"""What a refusing answer says: a problem document (RFC 9457), or whatever stands in its place.

Proxies in front of the service answer in words of their own, so nothing here may fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

_TYPE_PREFIX = "/problems/"
_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """`name` is the slug of its type, empty where there is none."""

    status: int
    name: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: httpx.Response) -> Self:
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict) or "detail" not in document:
            return cls(answer.status_code, "", answer.text[:_MOST_CHARACTERS])
        name = str(document.get("type", "")).removeprefix(_TYPE_PREFIX)
        return cls(answer.status_code, name, str(document["detail"]), document)

    def __str__(self) -> str:
        """With the id that the service's log has of the request, to be passed on."""
        request_id = self.facts.get("request_id")
        named = f" (request {request_id})" if isinstance(request_id, str) else ""
        return f"{self.status}: {self.detail}{named}"
