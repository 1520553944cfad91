"""The figures of this process, and who may read them by a token of their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hmac import compare_digest


@dataclass(frozen=True, slots=True)
class Scraping:
    """`token`: what opens the figures besides the scope `admin`; None: nothing does."""

    expose: Callable[[], Awaitable[bytes]]
    media_type: str
    token: str | None = field(default=None, repr=False)

    def is_opened_by(self, token: str) -> bool:
        return self.token is not None and compare_digest(self.token.encode(), token.encode())
