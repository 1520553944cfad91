"""Who asks: what a verified token says about its bearer, whatever kind of token it was.

How tokens are verified is the adapters' business (`adapters/tokens/`). The owner is the key to
everything a caller may see, so its form is strict.
"""

import unicodedata
from dataclasses import dataclass

from chunk_service.domain.files import file_id_in

OWNER_MAX_CHARACTERS = 255
ADMIN = "admin"
# Controls (NUL among them) and lone surrogates.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})


@dataclass(frozen=True, slots=True)
class Principal:
    """`file_id` binds the bearer to one `main_service_file_id`; None: to all of the owner's.

    `scopes` is None where the token does not speak of scopes at all. `email` is where the owner may
    be written to.
    """

    owner: str
    file_id: str | None = None
    scopes: frozenset[str] | None = None
    email: str | None = None

    def may_touch(self, main_service_file_id: int | str | None) -> bool:
        if self.file_id is None:
            return True
        return main_service_file_id is not None and self.file_id == str(main_service_file_id)

    @property
    def is_admin(self) -> bool:
        """Only who was expressly made one, and is not bound to a file."""
        return self.file_id is None and self.scopes is not None and ADMIN in self.scopes


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
