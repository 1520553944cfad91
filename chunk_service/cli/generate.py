"""`chunk-service generate`: the files that are written from the code, or a check that they are.

A new kind of file is one more line in GENERATED. The texts themselves are made elsewhere.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from chunk_service.cli.commands_page import commands_page
from chunk_service.cli.endings import end
from chunk_service.cli.events_page import events_page
from chunk_service.cli.reliability_page import reliability_page
from chunk_service.cli.settings_pages import env_example, settings_page
from chunk_service.cli.states_page import states_page


def _openapi_document() -> str:
    from chunk_service.api.openapi import document

    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


GENERATED: Final[dict[str, Callable[[], str]]] = {
    ".env.example": env_example,
    "docs/cli.md": commands_page,
    "docs/events.md": events_page,
    "docs/openapi.json": _openapi_document,
    "docs/reliability.md": reliability_page,
    "docs/settings.md": settings_page,
    "docs/states.md": states_page,
}


def generate(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a file is out of date.")
    ] = False,
    root: Annotated[
        Path, typer.Option(help="The checkout to write into.", file_okay=False, exists=True)
    ] = Path(),
) -> None:
    """Write the files that are made from the code (for development)."""
    if not (root / "pyproject.toml").is_file():
        end("There is no pyproject.toml here: run this in a checkout, or give --root.")
    stale = {name: text for name, text in _texts().items() if _read(root / name) != text}
    if check and stale:
        end(f"Out of date: {', '.join(stale)}. Run: chunk-service generate")
    for name, text in stale.items():
        (root / name).write_text(text, encoding="utf-8")
        typer.echo(f"wrote {name}")


def _texts() -> dict[str, str]:
    return {name: text() for name, text in GENERATED.items()}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
