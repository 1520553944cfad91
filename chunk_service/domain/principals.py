"""Who asks: what a verified token says about its bearer, whatever kind of token it was.

How tokens are verified is the adapters' business (`adapters/tokens/`). The owner is the key to
everything a caller may see, so its form is strict.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from chunk_service.domain.errors import Forbidden
from chunk_service.domain.files import file_id_in

OWNER_MAX_CHARACTERS = 255
# Controls (NUL among them) and lone surrogates.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})


class Scope(StrEnum):
    """What a token may be used for."""

    UPLOAD = "upload"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    SHARE = "share"
    ADMIN = "admin"


# What a token may that says nothing of scopes.
EVERYDAY = frozenset(Scope) - {Scope.ADMIN}
# Reaches beyond one file, so a token that is bound to one has none of it.
_BEYOND_A_FILE = frozenset({Scope.SHARE, Scope.ADMIN})


@dataclass(frozen=True, slots=True)
class Principal:
    """`file_id` binds the bearer to one `main_service_file_id`; None: to all of the owner's.

    `email` is where the owner may be written to.
    """

    owner: str
    file_id: str | None = None
    scopes: frozenset[Scope] = EVERYDAY
    email: str | None = None

    def may_touch(self, main_service_file_id: int | str | None) -> bool:
        if self.file_id is None:
            return True
        return main_service_file_id is not None and self.file_id == str(main_service_file_id)

    def demand(self, scope: Scope) -> None:
        """Forbidden, with the scope that is missing, where the bearer may not do this."""
        if scope not in self.scopes:
            raise Forbidden(f"This needs a token with the scope {scope}.", missing_scope=scope)
        if self.file_id is not None and scope in _BEYOND_A_FILE:
            raise Forbidden(f"A token that is bound to one file has not the scope {scope}.")


def bound_file_id(principal: Principal, given: int | str | None) -> int | str | None:
    """A token that is bound to an id gives it to what is begun without one."""
    if given is None and principal.file_id is not None:
        return file_id_in(principal.file_id)
    return given


def is_plain_text(text: str, *, max_characters: int) -> bool:
    """Not empty, not too long, and nothing in it that cannot be stored or logged."""
    return 0 < len(text) <= max_characters and not any(
        unicodedata.category(character) in _REFUSED_CATEGORIES for character in text
    )
