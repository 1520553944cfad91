"""`chunk-service events`: what was told, to whom, and telling it again.

The same use cases as under /admin over HTTP, on the database itself.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from chunk_service.cli.endings import MISUSED, end
from chunk_service.cli.operating import ask

if TYPE_CHECKING:
    from chunk_service.usecases.find_events import EventFilter

app = typer.Typer(no_args_is_help=True, help="Events: what was told, to whom, telling it again.")

AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]
Limit = Annotated[int, typer.Option(help="The most that is listed.", min=1, max=100_000)]
Endpoint = Annotated[str | None, typer.Option(help="Only this receiver.")]


@app.command("list")
def list_events(
    *,
    state: Annotated[
        str | None, typer.Option(help="With a delivery that is pending, delivered or dead.")
    ] = None,
    endpoint: Endpoint = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Only of this type.")] = None,
    upload: Annotated[str | None, typer.Option(help="Only of this upload.")] = None,
    before: Annotated[str | None, typer.Option(help="The page after this event.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List events, newest first, with how their deliveries stand."""
    _list(
        _filter(
            state=state,
            endpoint=endpoint,
            event_type=event_type,
            upload=upload,
            before=before,
            limit=limit,
        ),
        as_json=as_json,
    )


@app.command()
def dead(*, endpoint: Endpoint = None, limit: Limit = 1000, as_json: AsJson = False) -> None:
    """List the events that a receiver did not take however often it was tried."""
    _list(_filter(state="dead", endpoint=endpoint, limit=limit), as_json=as_json)


@app.command()
def show(event_id: str, *, as_json: AsJson = False) -> None:
    """Show one event: what is sent, to the byte, and every attempt."""
    from chunk_service.cli.event_tables import print_event

    print_event(ask(lambda operators: operators.find_events.read(event_id)), as_json=as_json)


@app.command()
def replay(
    event_id: Annotated[str | None, typer.Argument(help="One event; or --dead.")] = None,
    *,
    all_dead: Annotated[bool, typer.Option("--dead", help="Every dead letter.")] = False,
    endpoint: Endpoint = None,
) -> None:
    """Tell an event again, or all dead letters: the same id and the same bytes."""
    if (event_id is None) is not all_dead:
        end("Name one event, or say --dead.", code=MISUSED)
    if event_id is None:
        count = ask(lambda operators: operators.replay_events.dead(endpoint))
        typer.echo(f"{count} dead letters are tried again.")
        return
    told = ask(lambda operators: operators.replay_events(event_id, endpoint))
    typer.echo(f"Told again: {', '.join(told) or 'nobody; it is being told right now'}.")


@app.command()
def endpoints(*, as_json: AsJson = False) -> None:
    """List the receivers: what waits for each, and which are disabled since they answered 410."""
    from chunk_service.cli.event_tables import print_endpoints

    print_endpoints(ask(lambda operators: operators.endpoints()), as_json=as_json)


@app.command()
def enable(endpoint: str) -> None:
    """Use a receiver again that was disabled; what waits for it goes out at once."""
    woken = ask(lambda operators: operators.endpoints.enable(endpoint))
    typer.echo(f"Enabled; {woken} deliveries go out now.")


def _list(wanted: "EventFilter", *, as_json: bool) -> None:
    from chunk_service.cli.event_tables import print_events

    print_events(ask(lambda operators: operators.find_events(wanted)), as_json=as_json)


def _filter(
    *,
    limit: int,
    state: str | None = None,
    endpoint: str | None = None,
    event_type: str | None = None,
    upload: str | None = None,
    before: str | None = None,
) -> "EventFilter":
    from uuid import UUID

    from chunk_service.domain.uploads import UploadId
    from chunk_service.usecases.find_events import DeliveryState, EventFilter

    try:
        return EventFilter(
            limit=limit,
            before=before,
            state=None if state is None else DeliveryState(state),
            endpoint=endpoint,
            event_type=event_type,
            upload_id=None if upload is None else UploadId(UUID(upload)),
        )
    except ValueError as fault:
        end(f"{fault}.", code=MISUSED)
