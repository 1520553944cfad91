"""A bounded memory of tokens that were verified, so that each chunk does not pay for it again.

Tokens are kept by their SHA-256 only, for a while, and the ones used longest ago go first. A
token's times are not judged here: who asks checks them on every use, so nothing is believed beyond
its `exp`. Tokens that failed are never kept.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from chunk_service.adapters.tokens.claims import Validity
from chunk_service.domain.principals import Principal


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    principal: Principal
    validity: Validity


class VerifiedTokens:
    def __init__(
        self,
        *,
        capacity: int,
        kept_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = capacity
        self._kept_seconds = kept_seconds
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, VerifiedToken]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: str) -> VerifiedToken | None:
        key = _key(token)
        since, verified = self._kept.get(key, (0.0, None))
        if verified is None or self._clock() - since >= self._kept_seconds:
            return None
        self._kept.move_to_end(key)
        return verified

    def keep(self, token: str, verified: VerifiedToken) -> None:
        self._kept[_key(token)] = (self._clock(), verified)
        if len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def forget(self, token: str) -> None:
        self._kept.pop(_key(token), None)


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
