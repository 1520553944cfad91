"""Every URL of the service on one screen."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chunk_service.api import chunks, docs, events, ops

Door = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    return [
        Route("/upload/init", chunks.init, methods=["POST"]),
        Route("/upload/chunk", chunks.post_chunk, methods=["POST"]),
        Route("/upload/complete", chunks.complete, methods=["POST"]),
        Route(
            "/upload/{upload_session_id}",
            _by_method(GET=chunks.read, DELETE=chunks.abort),
            methods=["GET", "DELETE"],
        ),
        Route("/upload/{upload_session_id}/chunks/{index}", chunks.put_chunk, methods=["PUT"]),
        Route("/admin/events", events.list_events, methods=["GET"]),
        Route("/admin/events/replay-dead", events.replay_dead, methods=["POST"]),
        Route("/admin/events/{event_id}", events.show_event, methods=["GET"]),
        Route("/admin/events/{event_id}/replay", events.replay_event, methods=["POST"]),
        Route("/admin/endpoints", events.list_endpoints, methods=["GET"]),
        Route("/admin/endpoints/{endpoint}/enable", events.enable_endpoint, methods=["POST"]),
        Route("/health", ops.health, methods=["GET"]),
        Route("/health/ready", ops.ready, methods=["GET"]),
        Route("/health/live", ops.live, methods=["GET"]),
        Route("/openapi.json", docs.openapi_json, methods=["GET"]),
        Route("/docs", docs.docs_page, methods=["GET"]),
        Route("/docs/start.js", docs.docs_start, methods=["GET"]),
        Route("/docs/{asset}", docs.docs_asset, methods=["GET"]),
    ]


def _by_method(*, GET: Door, **others: Door) -> Door:  # noqa: N803 — methods are spelled so
    """One route for all methods of a URL, so that a 405 names them all in `Allow`."""
    doors = {"GET": GET, "HEAD": GET, **others}

    async def choose(request: Request) -> Response:
        return await doors[request.method](request)

    return choose
