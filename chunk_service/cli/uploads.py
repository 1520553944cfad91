"""`chunk-service uploads`: which there are, all that is known of one, why it waits, giving it up.

The same use cases as under /admin over HTTP, on the database itself.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from chunk_service.cli.endings import MISUSED, end
from chunk_service.cli.operating import ask

if TYPE_CHECKING:
    from chunk_service.domain.uploads import UploadId
    from chunk_service.usecases.find_uploads import UploadFilter

app = typer.Typer(no_args_is_help=True, help="Uploads of all owners: how they stand, and why.")

AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]
Id = Annotated[str, typer.Argument(help="The upload_session_id.")]


@app.command("list")
def list_uploads(
    *,
    state: Annotated[
        str | None,
        typer.Option(help="open, completing, stored, failed, aborted or expired."),
    ] = None,
    way: Annotated[str | None, typer.Option(help="chunks, whole, put, post or multipart.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of this owner.")] = None,
    older_than: Annotated[
        str | None, typer.Option(help="Only those that began so long ago: 90s, 15m, 24h, 7d.")
    ] = None,
    before: Annotated[str | None, typer.Option(help="The page after this upload.")] = None,
    limit: Annotated[int, typer.Option(help="The most that is listed.", min=1, max=100_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List uploads, newest first."""
    from chunk_service.cli.upload_tables import print_uploads

    wanted = _filter(limit, state=state, way=way, owner=owner, older_than=older_than, before=before)
    print_uploads(ask(lambda operators: operators.uploads.find(wanted)), as_json=as_json)


@app.command()
def show(upload_session_id: Id, *, as_json: AsJson = False) -> None:
    """Show all that is known of an upload: rows, chunks, parts, leases, spools, events."""
    from chunk_service.cli.upload_tables import print_upload

    upload_id = _upload_id(upload_session_id)
    print_upload(ask(lambda operators: operators.uploads.find.read(upload_id)), as_json=as_json)


@app.command()
def why(upload_session_id: Id, *, as_json: AsJson = False) -> None:
    """Say why an upload is not finished, and who has to do what."""
    from chunk_service.cli.upload_tables import print_reasons

    upload_id = _upload_id(upload_session_id)
    print_reasons(ask(lambda operators: operators.uploads.explain(upload_id)), as_json=as_json)


@app.command()
def abort(
    upload_session_id: Id,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give an open upload up, as its client could: its bytes go, the main service is told."""
    upload_id = _upload_id(upload_session_id)
    if not yes:
        typer.confirm("What is there of the upload will be lost. Go on?", abort=True)
    ask(lambda operators: operators.uploads.abort.of_anyone(upload_id))
    typer.echo("Aborted.")


def _upload_id(text: str) -> "UploadId":
    from uuid import UUID

    from chunk_service.domain.uploads import UploadId

    try:
        return UploadId(UUID(text))
    except ValueError:
        end("An upload_session_id is a UUID; see `chunk-service uploads list`.", code=MISUSED)


def _filter(
    limit: int,
    *,
    state: str | None,
    way: str | None,
    owner: str | None,
    older_than: str | None,
    before: str | None,
) -> "UploadFilter":
    from chunk_service.domain.states import State
    from chunk_service.domain.uploads import Way
    from chunk_service.settings.quantities import parse_duration
    from chunk_service.usecases.find_uploads import UploadFilter

    try:
        return UploadFilter(
            limit=limit,
            behind=None if before is None else _upload_id(before),
            state=None if state is None else State(state),
            way=None if way is None else Way(way),
            owner=owner,
            older_than=None if older_than is None else parse_duration(older_than),
        )
    except ValueError as fault:
        end(f"{fault}.", code=MISUSED)
