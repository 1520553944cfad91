"""What can be put around every part that use cases call: to disturb it in tests, to trace it."""

from typing import Protocol, TypeVar

T = TypeVar("T")


class Surround(Protocol):
    """Given every part that a use case calls, by name; gives what is to be called in its place."""

    def __call__(self, name: str, part: T, /) -> T: ...


def as_it_is(_name: str, part: T, /) -> T:
    return part


def both(outer: Surround, inner: Surround) -> Surround:
    def surround(name: str, part: T, /) -> T:
        return outer(name, inner(name, part))

    return surround
