"""The text of `docs/states.md`: the table of an upload's states, drawn and written out."""

from collections.abc import Iterator

from chunk_service.domain.states import EVENTS, TERMINAL, TRANSITIONS, State, diagram

_INTRODUCTION = """\
# States of an upload

An upload is in one of these states, and changes only by the ways drawn here. A state without a way
out is final: it never changes again, and the main service is told of it by one event, which is
written in the same transaction as the state.

<!-- Written by `chunk-service generate` from chunk_service/domain/states.py: change it there. -->
"""


def states_page() -> str:
    ways = "".join(_ways())
    events = "".join(f"| `{state}` | {_ending(state)} |\n" for state in State)
    return (
        "\n".join(
            [
                _INTRODUCTION,
                f"```mermaid\n{diagram()}\n```\n",
                f"| from | by | to |\n| --- | --- | --- |\n{ways}",
                f"| state | event |\n| --- | --- |\n{events}",
            ]
        ).rstrip("\n")
        + "\n"
    )


def _ways() -> Iterator[str]:
    return (f"| `{old}` | {change} | `{new}` |\n" for (old, change), new in TRANSITIONS.items())


def _ending(state: State) -> str:
    return f"`{EVENTS[state]}`" if state in TERMINAL else "none: not final"
