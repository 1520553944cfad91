"""Uploads on a terminal, or as JSON: the same documents as the API answers."""

from collections.abc import Sequence

import typer
from pydantic import BaseModel
from rich.table import Table

from chunk_service.api.upload_answers import (
    LeaseItem,
    UploadAnswer,
    upload_answer,
    upload_item,
    why_answer,
)
from chunk_service.cli.event_tables import console, harmless, moment, print_events, print_json
from chunk_service.usecases.explain_upload import Explanation
from chunk_service.usecases.find_uploads import UploadDetails, UploadSummary

_IN_TABLES = {"chunks", "parts", "reservations", "spools", "events", "close_lease"}


def print_uploads(uploads: Sequence[UploadSummary], *, as_json: bool) -> None:
    items = [upload_item(each) for each in uploads]
    if as_json:
        print_json(items)
        return
    table = Table("upload", "owner", "state", "way", "began", "bytes", "chunks", "in the spool")
    for each in items:
        table.add_row(
            str(each.upload_session_id),
            harmless(each.owner),
            each.state,
            each.way,
            moment(each.created_at),
            _of(each.received_bytes, each.total_size),
            _of(each.chunk_count, each.total_chunks),
            f"{each.spooled_chunks} ({each.spooled_bytes} bytes)",
        )
    console().print(table)


def print_upload(details: UploadDetails, *, as_json: bool) -> None:
    answer = upload_answer(details)
    if as_json:
        typer.echo(answer.model_dump_json())
        return
    for name, value in answer.model_dump(mode="json", exclude=_IN_TABLES).items():
        if value is not None:
            shown = " ".join(value) if isinstance(value, list) else str(value)
            typer.echo(f"{name.replace('_', ' ')}: {harmless(shown)}")
    if answer.close_lease is not None:
        typer.echo(f"closed by: {_lease(answer.close_lease)}")
    _print_rows(answer)
    if details.events:
        print_events(details.events, as_json=False)


def print_reasons(explanation: Explanation, *, as_json: bool) -> None:
    answer = why_answer(explanation)
    if as_json:
        typer.echo(answer.model_dump_json())
        return
    typer.echo(f"The upload is {answer.state}.")
    for each in answer.reasons:
        typer.echo(harmless(each.sentence))


def _print_rows(answer: UploadAnswer) -> None:
    tables: Sequence[tuple[str, Sequence[BaseModel]]] = (
        ("chunks", answer.chunks),
        ("parts", answer.parts),
        ("reservations", answer.reservations),
        ("spools", answer.spools),
    )
    for title, items in tables:
        if items:
            table = Table(*(_title(name) for name in type(items[0]).model_fields), title=title)
            for each in items:
                table.add_row(*(_cell(each, name) for name in type(each).model_fields))
            console().print(table)


def _title(name: str) -> str:
    return name.replace("_", " ")


def _cell(item: BaseModel, name: str) -> str:
    value = getattr(item, name)
    if isinstance(value, LeaseItem):
        return _lease(value)
    return "" if value is None else harmless(str(item.model_dump(mode="json")[name]))


def _lease(lease: LeaseItem) -> str:
    return f"{lease.holder} until {moment(lease.until)}{'' if lease.running else ' (lapsed)'}"


def _of(here: int, total: int | None) -> str:
    return str(here) if total is None else f"{here} of {total}"
