"""A bounded memory of tokens that were verified, so that each chunk does not pay for it again.

Tokens are kept by their SHA-256 only, the ones used longest ago go first. A token's times are not
judged here: who asks checks them on every use, so nothing is believed beyond its `exp`. Tokens that
failed are never kept.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from chunk_service.adapters.tokens.claims import Validity
from chunk_service.domain.principals import Principal


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    principal: Principal
    validity: Validity


class VerifiedTokens:
    def __init__(self, *, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[bytes, VerifiedToken] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: str) -> VerifiedToken | None:
        key = _key(token)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, token: str, verified: VerifiedToken) -> None:
        self._kept[_key(token)] = verified
        if len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def forget(self, token: str) -> None:
        self._kept.pop(_key(token), None)


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
